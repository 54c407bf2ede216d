// SPDX-License-Identifier: MIT
// A lock plan that was written down as JSON (`holdfast plan --json`) and is to be used in another
// run, where everything lies at other addresses: pages of files are found again by their place in
// the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/lock_plan.h"
#include "core/proc_maps.h"

namespace holdfast {

/// The "lock" lines, then the "left_out" ones: where there is more room today, they fit. Of each
/// range what finds it again. Errors: kBadData when there is no plan in it.
Result<std::vector<PlannedLock>> parse_saved_plan(std::string_view json_lines);

/// Where the pages of `lock` lie in `mappings`; nothing for memory without a file, and for a file
/// that is not mapped.
std::vector<MemoryRange> find_again(const PlannedLock& lock, const std::vector<Mapping>& mappings);

}  // namespace holdfast
