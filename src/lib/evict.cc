// SPDX-License-Identifier: MIT
// Pushing pages out, and where they are: the part of the C interface for tests of a program.
#include <unistd.h>

#include <mutex>
#include <vector>

#include "lib/border.h"
#include "lib/choice_linux.h"
#include "lib/process_eviction_linux.h"
#include "probe/page_cache_linux.h"
#include "probe/residency_linux.h"

namespace holdfast::lib {
namespace {

Result<Eviction> evict_own(const hf_evict_request& request) {
  HF_TRY_ASSIGN(const probe::WatchTarget target, find_target(request.thread));
  HF_TRY_ASSIGN(const auto regions, choose(request, target));
  const std::vector<MemoryRange> locked = target.locked.value_or(std::vector<MemoryRange>());
  HF_TRY_ASSIGN(ProcessEviction eviction, ProcessEviction::open(getpid(), regions, locked));
  return eviction.evict();
}

hf_evict_result result_of(const Eviction& eviction) {
  const EvictedRange total = eviction.total();
  const auto stayed = [&total](StayReason reason) {
    return total.stayed[static_cast<size_t>(reason)];
  };
  hf_evict_result result = {};
  result.page_bytes = probe::page_bytes();
  result.already_out_pages = total.already_out;
  result.asked_pages = total.asked;
  result.left_pages = total.left;
  result.half_out_pages = total.half_out;
  result.unknown_pages = total.unknown;
  result.stayed_locked_pages = stayed(StayReason::kLocked);
  result.stayed_shared_pages = stayed(StayReason::kShared);
  result.stayed_dirty_pages = stayed(StayReason::kDirty);
  result.stayed_not_permitted_pages = stayed(StayReason::kNotPermitted);
  result.stayed_no_swap_pages = stayed(StayReason::kNoSwap);
  result.stayed_in_use_pages = stayed(StayReason::kInUse);
  result.stayed_kept_pages = stayed(StayReason::kKept);
  result.took_ns = eviction.took.count;
  return result;
}

Result<> evict_into(const hf_evict_request* given, hf_evict_result* into) {
  HF_TRY_ASSIGN(const hf_evict_request request, read_struct(given));
  if (into != nullptr) HF_TRY(read_struct(into));
  HF_TRY_ASSIGN(const Eviction eviction, evict_own(request));
  if (into == nullptr) return Done{};
  give(result_of(eviction), into);
  return Done{};
}

size_t locked_pages_of(const Region& region, const std::vector<MemoryRange>& locked) {
  size_t bytes = 0;
  for (const Mapping& part : region.parts) {
    for (const MemoryRange& range : locked) {
      const uintptr_t begin = std::max(part.begin, range.begin);
      const uintptr_t end = std::min(part.end, range.end());
      if (begin < end) bytes += end - begin;
    }
  }
  return bytes / probe::page_bytes();
}

void add(const PageCounts& counts, hf_residency& residency) {
  residency.total_pages += counts.total();
  residency.resident_pages += counts.of(PageState::kResident);
  residency.soft_pages += counts.of(PageState::kSwapCache) + counts.of(PageState::kPageCache);
  residency.untouched_pages += counts.of(PageState::kUntouched);
  residency.out_pages += counts.of(PageState::kSwapped) + counts.of(PageState::kNotResident);
  residency.unknown_pages += counts.of(PageState::kUnknown);
}

Result<hf_residency> residency_of(const hf_evict_request& request) {
  HF_TRY_ASSIGN(const probe::WatchTarget target, find_target(request.thread));
  HF_TRY_ASSIGN(const auto regions, choose(request, target));
  HF_TRY_ASSIGN(probe::ResidencyProbe probe, probe::ResidencyProbe::open(getpid(), regions));
  hf_residency residency = {};
  residency.page_bytes = probe::page_bytes();
  std::vector<PageState> pages;
  for (size_t i = 0; i < regions.size(); ++i) {
    HF_TRY(probe.read(i, pages));
    add(count_pages(pages), residency);
    if (target.locked) residency.locked_pages += locked_pages_of(regions[i], *target.locked);
  }
  return residency;
}

Result<> read_residency_into(const hf_evict_request* of, hf_residency* into) {
  HF_TRY_ASSIGN(const hf_evict_request request, read_struct(of));
  HF_TRY(read_struct(into));
  HF_TRY_ASSIGN(const hf_residency residency, residency_of(request));
  give(residency, into);
  return Done{};
}

}  // namespace
}  // namespace holdfast::lib

int hf_evict(const hf_evict_request* request, hf_evict_result* result) noexcept {
  static std::mutex one_at_a_time;
  return holdfast::lib::guarded([&]() -> holdfast::Result<> {
    const std::scoped_lock lock(one_at_a_time);
    return holdfast::lib::evict_into(request, result);
  });
}

int hf_read_residency(const hf_evict_request* of, hf_residency* residency) noexcept {
  return holdfast::lib::guarded([&] { return holdfast::lib::read_residency_into(of, residency); });
}
