// SPDX-License-Identifier: MIT
// One 64-bit entry of /proc/PID/pagemap: what a process's page table says about one page. The bits
// are always true; frame numbers are hidden from ordinary users, and swap's are not used here.
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
  /// Bit 56, only with present: no other process has this page mapped.
  bool is_exclusive = false;
  /// Bits 0 to 54, only with present: the page's frame in RAM. 0 for who lacks CAP_SYS_ADMIN.
  uint64_t frame = 0;
};

constexpr PagemapEntry decode_pagemap(uint64_t entry) {
  const bool is_present = (entry >> 63 & 1) != 0;
  return {is_present, (entry >> 62 & 1) != 0, (entry >> 61 & 1) != 0,
          is_present && (entry >> 56 & 1) != 0, is_present ? entry & ((uint64_t{1} << 55) - 1) : 0};
}

}  // namespace holdfast
