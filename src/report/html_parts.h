// SPDX-License-Identifier: MIT
// The few forms of which the pages are made: cards, lists of facts, swatches and bars. Text goes in
// as it is and is escaped here; what is named `html` is HTML already.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/glitch.h"

namespace holdfast {

/// A number on a page, beside the place in the page's JSON where it comes from.
std::string data_html(std::string_view path, int64_t value, std::string_view text);

/// One card: what it is, the large value, and a line below.
std::string card_html(std::string_view label, std::string_view value_html,
                      std::string_view below_html);

/// Names and what is to say of each. Empty values are left out.
using Facts = std::vector<std::pair<std::string, std::string>>;
std::string facts_html(const Facts& facts);

/// A headline and the rest: the first sentence, up to its colon where it is long. A sentence ends
/// before a blank and a capital letter.
std::pair<std::string, std::string> first_sentence(std::string_view text);

/// "page fault": the word of the JSON contract for people.
std::string words_of(CauseKind cause);

/// A coloured mark beside a word.
std::string swatch_html(CauseKind cause);

/// A bar as wide as `share` (0 to 1) of its column.
std::string bar_html(double share, std::string_view style);

/// Where the time of one glitch went, as one bar; parts of one cause are one.
std::string budget_bar_html(const Glitch& glitch);

/// "12.345 s", "1:02.345", "1:00:02.345": a moment of a run.
std::string moment_text(Nanos since_begin);

}  // namespace holdfast
