// SPDX-License-Identifier: MIT
// A run as one JSON value, with everything that its page shows: the page is drawn from these bytes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/session_facts.h"

namespace holdfast {

/// A page lists so many glitches one by one; pictures show all.
inline constexpr size_t kListedGlitches = 80;

/// Those that are listed, in order of time: when there are more, the ones that lost most.
std::vector<const Glitch*> listed_glitches(std::span<const Glitch> glitches);

/// One object of schema "holdfast.report/1"; docs in holdfast-report(1).
std::string session_report_json(const SessionFacts& facts);

}  // namespace holdfast
