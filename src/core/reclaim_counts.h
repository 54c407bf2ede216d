// SPDX-License-Identifier: MIT
// How much the kernel takes away and has to bring back: counters of the machine (/proc/vmstat) or
// of one memory cgroup (its memory.stat), which use the same names.
#pragma once

#include <cstdint>
#include <string_view>

namespace holdfast {

/// Counters since the start; -1 where the file does not have them.
struct ReclaimCounts {
  int64_t refaults = -1;  ///< Pages that had been taken away recently and were needed again.
  int64_t major_faults = -1;
  int64_t swapped_out_pages = -1;  ///< In memory.stat only from version 2 of kernel 6.13 on.

  friend bool operator==(const ReclaimCounts&, const ReclaimCounts&) = default;
};

/// Reads any of the three files. Version 1 has `total_` rows, which include children: they are
/// preferred. Kernels before 5.9 have one kind of refaults, of file pages only. Lines that are not
/// understood are skipped.
ReclaimCounts parse_reclaim_counts(std::string_view text);

}  // namespace holdfast
