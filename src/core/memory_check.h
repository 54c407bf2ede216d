// SPDX-License-Identifier: MIT
// Judges how this machine handles memory: how much is left, where pages go, and who moves them even
// when they are locked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "core/swap_areas.h"

namespace holdfast {

/// What could be read; nothing where this machine does not tell.
struct MemorySetup {
  std::optional<int64_t> total_bytes;
  std::optional<int64_t> available_bytes;
  std::optional<std::vector<SwapArea>> swap_areas;
  bool has_zswap = false;  ///< Compressed in RAM before it goes to a disk.
  std::optional<int> swappiness;
  std::optional<double> stalled_percent;      ///< See parse_stall_average().
  std::optional<int64_t> cgroup_limit_bytes;  ///< Of the own cgroup or one above; INT64_MAX: none.
  std::optional<int64_t> cgroup_left_bytes;
  std::optional<int> overcommit;           ///< vm.overcommit_memory
  std::optional<int> compact_unevictable;  ///< vm.compact_unevictable_allowed
  std::optional<std::string> huge_pages;   ///< "always", "madvise" or "never".
  std::optional<int> ksm;                  ///< /sys/kernel/mm/ksm/run
  std::optional<int> numa_balancing;       ///< kernel.numa_balancing
};

/// Percent of the last 300 s in which at least one task waited for memory: "avg300" in the line
/// "some" of a file of PSI.
std::optional<double> parse_stall_average(std::string_view text);

/// "madvise" of "always [madvise] never".
std::optional<std::string> parse_choice(std::string_view text);

/// Findings of the group "memory".
std::vector<Finding> check_memory(const MemorySetup& setup);

}  // namespace holdfast
