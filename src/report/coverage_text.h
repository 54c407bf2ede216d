// SPDX-License-Identifier: MIT
// What is locked of a thread's memory, region by region, for people.
#pragma once

#include <string>
#include <string_view>

#include "core/lock_coverage.h"

namespace holdfast {

/// "when the thread ended", "before the program unlocked memory", "now".
std::string_view name_of(CoverageMoment moment);

/// Whose memory and when, the table, and what nobody locked, the largest first.
std::string coverage_text(const ThreadCoverage& coverage);

}  // namespace holdfast
