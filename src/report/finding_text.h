// SPDX-License-Identifier: MIT
// The findings of `holdfast doctor`: for a terminal of 80 columns, as a block to paste into a
// message to somebody else, and as JSON of schema "holdfast.doctor/1".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"

namespace holdfast {

/// One line of the terminal, without line break.
struct FindingLine {
  std::string text;
  bool is_alarming = false;  ///< The first lines of a finding that failed.
};

/// A finding as lines: status, name and evidence; below, effect and fix. No word is torn.
std::vector<FindingLine> finding_lines(const Finding& finding);

/// "3 failed, 2 warnings, 12 passed, 4 unknown" and the most useful command; complete lines.
std::string findings_summary(std::span<const Finding> findings);

/// All findings in one block, for a message. `machine`: one line about it.
std::string paste_text(std::span<const Finding> findings, std::string_view program,
                       std::string_view machine);

/// `text` with "(name)" in place of each of `names` (in any case of ASCII letters), wherever
/// neither a letter nor a digit of ASCII adjoins it: "ann" goes from "ann-synth", too, and stays in
/// "anna".
std::string without_names(std::string_view text, std::span<const std::string> names);

/// `event` "finding".
std::string finding_json(const Finding& finding);

/// `event` "summary".
std::string findings_summary_json(std::span<const Finding> findings, std::string_view program,
                                  std::string_view machine);

}  // namespace holdfast
