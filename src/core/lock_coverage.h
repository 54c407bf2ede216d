// SPDX-License-Identifier: MIT
// Which of the pages that a real-time thread works with are locked, and what nobody locked. Only
// pages in use count (in memory, or in swap): what was never touched is nobody's loss, although the
// kernel charges it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/memory_range.h"
#include "core/proc_stat.h"
#include "core/regions.h"
#include "core/residency.h"

namespace holdfast {

/// One region of a thread's memory.
struct RegionCoverage {
  RegionKind kind = RegionKind::kAnonymous;
  std::string name;
  uintptr_t address = 0;
  size_t size_bytes = 0;
  size_t in_use_bytes = 0;
  size_t locked_bytes = 0;  ///< Of the region, used or not.
  size_t open_bytes = 0;    ///< In use, and may leave.
};

/// When a coverage was taken.
enum class CoverageMoment : uint8_t {
  kNow,           ///< While the program ran, at the end of the audit.
  kBeforeUnlock,  ///< Before the program unlocked something.
  kThreadEnd,     ///< When the thread ended.
};

/// One thread's memory at one moment.
struct ThreadCoverage {
  int pid = 0;
  std::string process;
  TaskStat thread;
  std::string reason;  ///< Why this thread: "the only real-time thread".
  CoverageMoment moment = CoverageMoment::kNow;
  bool are_locks_known = true;  ///< False when the kernel did not tell what is locked.
  std::vector<RegionCoverage> regions;

  /// In use and not locked, in the regions that a real-time thread needs.
  [[nodiscard]] size_t open_bytes() const;
  /// Locked and in use, in all regions.
  [[nodiscard]] size_t held_bytes() const;
  /// Everything that it needs is locked.
  [[nodiscard]] bool holds() const { return are_locks_known && open_bytes() == 0; }
};

/// Stack, code, constants, data, heap, libraries. Not shared memory, files and anonymous memory:
/// there is no telling which of it belongs to other threads.
bool is_needed(RegionKind kind);

/// `pages`: as ResidencyProbe reads them. `locked`: in rising order.
RegionCoverage cover_region(const Region& region, std::span<const PageState> pages,
                            std::span<const MemoryRange> locked, size_t page_bytes);

/// The rows of libraries, shared memory, files and anonymous memory made one each; for people.
std::vector<RegionCoverage> join_coverage(const std::vector<RegionCoverage>& regions);

/// Of two looks at one thread the one that is told: where more was held; when equal, the later one.
const ThreadCoverage& fuller(const ThreadCoverage& before, const ThreadCoverage& after);

}  // namespace holdfast
