// SPDX-License-Identifier: MIT
// /proc/PID/smaps, of which only one thing is used: which mappings are locked. Reading the file
// holds up mmap and munmap of the target for up to 11 ms (measured), so it is read at
// most once, before anything is measured, and only for a process that has locked memory at all.
#pragma once

#include <string_view>
#include <vector>

#include "base/memory_range.h"
#include "base/result.h"

namespace holdfast {

/// The mappings with the VmFlag "lo", in rising order. Not from the "Locked:" lines: those are
/// divided among the processes that share a page. Errors: kBadData.
Result<std::vector<MemoryRange>> parse_locked_mappings(std::string_view smaps);

/// How many bytes of `range` lie in `locked` (which do not overlap each other).
size_t locked_bytes_of(const MemoryRange& range, const std::vector<MemoryRange>& locked);

}  // namespace holdfast
