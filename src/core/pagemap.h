// SPDX-License-Identifier: MIT
// One 64-bit entry of /proc/PID/pagemap: what a process's page table says about one page. Frame and
// swap numbers are hidden from ordinary users and not used here; the bits are always true.
#pragma once

#include <cstdint>

namespace holdfast {

/// Documentation/admin-guide/mm/pagemap.rst. No bit at all: never touched, given back, or a page of
/// a file or of shared memory that this process has not mapped in (or lost again).
struct PagemapEntry {
  bool is_present = false;  ///< Bit 63: in RAM and mapped; an access takes no fault.
  /// Bit 62: in swap, or in the swap cache (still in RAM). Also set for the microseconds in which a
  /// page migrates (compaction). Never set for shared memory, whose swap entries are not in the
  /// page table.
  bool is_swapped = false;
  bool is_file_or_shared = false;  ///< Bit 61, only with present: not a private anonymous page.
};

constexpr PagemapEntry decode_pagemap(uint64_t entry) {
  return {(entry >> 63 & 1) != 0, (entry >> 62 & 1) != 0, (entry >> 61 & 1) != 0};
}

}  // namespace holdfast
