// SPDX-License-Identifier: MIT
#include "act/lock.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "act/lock_budget.h"

namespace holdfast::act {
namespace {

/// Bytes in the union of page-rounded ranges.
size_t union_bytes(std::vector<MemoryRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const MemoryRange& a, const MemoryRange& b) { return a.begin < b.begin; });
  size_t total = 0;
  uintptr_t covered_to = 0;
  for (const MemoryRange& range : ranges) {
    const uintptr_t begin = std::max(range.begin, covered_to);
    if (range.end() <= begin) continue;
    total += range.end() - begin;
    covered_to = range.end();
  }
  return total;
}

}  // namespace

MemoryRange whole_pages(const MemoryRange& range) {
  if (range.size_bytes == 0) return range;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t begin = range.begin & ~(page - 1);
  const uintptr_t end = (range.end() + page - 1) & ~(page - 1);
  return {begin, end - begin, range.name};
}

LockOutcome lock_ranges(std::span<const MemoryRange> ranges) {
  LockOutcome outcome;
  std::vector<MemoryRange> locked;
  for (const MemoryRange& range : ranges) {
    const MemoryRange pages = whole_pages(range);
    if (pages.size_bytes == 0) continue;
    if (mlock(reinterpret_cast<const void*>(pages.begin), pages.size_bytes) == 0) {
      locked.push_back(pages);
    } else {
      outcome.refused.push_back({pages, errno});
    }
  }
  outcome.locked_bytes = union_bytes(std::move(locked));
  return outcome;
}

int unlock_range(const MemoryRange& range) {
  const MemoryRange pages = whole_pages(range);
  if (pages.size_bytes == 0) return 0;
  return munlock(reinterpret_cast<const void*>(pages.begin), pages.size_bytes) == 0 ? 0 : errno;
}

LockOutcome lock_everything() {
  LockOutcome outcome;
  if (mlockall(MCL_CURRENT) != 0) {
    outcome.refused.push_back({{0, 0, "everything"}, errno});
    return outcome;
  }
  if (const auto locked = read_own_locked_bytes()) {
    outcome.locked_bytes = static_cast<size_t>(*locked);
  }
  return outcome;
}

}  // namespace holdfast::act
