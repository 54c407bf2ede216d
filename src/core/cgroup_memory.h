// SPDX-License-Identifier: MIT
// What fills a memory cgroup, from its memory.stat.
#pragma once

#include <cstdint>
#include <string_view>

namespace holdfast {

/// The parts of a cgroup's memory in bytes, its children included.
struct CgroupMemory {
  int64_t anon_bytes = 0;         ///< On the reclaim lists: can leave through swap only.
  int64_t file_bytes = 0;         ///< On the reclaim lists: can be dropped or written back.
  int64_t unevictable_bytes = 0;  ///< Locked.

  friend bool operator==(const CgroupMemory&, const CgroupMemory&) = default;
};

/// Reads memory.stat of version 1 (its `total_` rows, which include children) or version 2. Rows
/// that are missing count as 0.
CgroupMemory parse_cgroup_memory(std::string_view memory_stat);

}  // namespace holdfast
