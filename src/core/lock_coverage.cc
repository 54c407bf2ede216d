// SPDX-License-Identifier: MIT
#include "core/lock_coverage.h"

#include <algorithm>

namespace holdfast {
namespace {

bool is_in_use(PageState page) {
  return page == PageState::kResident || page == PageState::kSwapCache ||
         page == PageState::kSwapped;
}

/// Tells of rising addresses whether they are locked.
class LockedPages {
 public:
  explicit LockedPages(std::span<const MemoryRange> locked) : locked_(locked) {}

  bool holds(uintptr_t address) {
    while (next_ < locked_.size() && locked_[next_].end() <= address) ++next_;
    return next_ < locked_.size() && locked_[next_].begin <= address;
  }

 private:
  std::span<const MemoryRange> locked_;
  size_t next_ = 0;
};

/// Nothing for kinds whose rows stay as they are.
std::string_view joined_name(RegionKind kind) {
  switch (kind) {
    case RegionKind::kLibraryText:
      return "libraries' text";
    case RegionKind::kLibraryConstants:
      return "libraries' constants";
    case RegionKind::kLibraryData:
      return "libraries' data";
    case RegionKind::kSharedMemory:
      return "shared memory";
    case RegionKind::kFile:
      return "mapped files";
    case RegionKind::kAnonymous:
      return "other anonymous memory";
    default:
      return "";
  }
}

}  // namespace

size_t ThreadCoverage::open_bytes() const {
  size_t sum = 0;
  for (const RegionCoverage& region : regions) {
    if (is_needed(region.kind)) sum += region.open_bytes;
  }
  return sum;
}

size_t ThreadCoverage::held_bytes() const {
  size_t sum = 0;
  for (const RegionCoverage& region : regions) sum += region.in_use_bytes - region.open_bytes;
  return sum;
}

bool is_needed(RegionKind kind) {
  return kind < RegionKind::kSharedMemory;
}

RegionCoverage cover_region(const Region& region, std::span<const PageState> pages,
                            std::span<const MemoryRange> locked, size_t page_bytes) {
  RegionCoverage row = {region.kind, region.name, 0, region.size_bytes(), 0, 0, 0};
  if (!region.parts.empty()) row.address = region.parts.front().begin;
  LockedPages locks(locked);
  size_t index = 0;
  for (const Mapping& part : region.parts) {
    for (uintptr_t page = part.begin; page < part.end; page += page_bytes, ++index) {
      const bool is_locked = locks.holds(page);
      const bool is_used = index < pages.size() && is_in_use(pages[index]);
      row.locked_bytes += is_locked ? page_bytes : 0;
      row.in_use_bytes += is_used ? page_bytes : 0;
      row.open_bytes += is_used && !is_locked ? page_bytes : 0;
    }
  }
  return row;
}

std::vector<RegionCoverage> join_coverage(const std::vector<RegionCoverage>& regions) {
  std::vector<RegionCoverage> joined;
  for (const RegionCoverage& region : regions) {
    const std::string_view name = joined_name(region.kind);
    if (name.empty() || joined.empty() || joined.back().kind != region.kind) {
      joined.push_back(region);
      if (!name.empty()) joined.back().name = name;
      continue;
    }
    RegionCoverage& sum = joined.back();
    sum.size_bytes += region.size_bytes;
    sum.in_use_bytes += region.in_use_bytes;
    sum.locked_bytes += region.locked_bytes;
    sum.open_bytes += region.open_bytes;
  }
  return joined;
}

const ThreadCoverage& fuller(const ThreadCoverage& before, const ThreadCoverage& after) {
  return before.held_bytes() > after.held_bytes() ? before : after;
}

}  // namespace holdfast
