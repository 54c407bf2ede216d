// SPDX-License-Identifier: MIT
#include "core/protection.h"

#include <algorithm>
#include <optional>

#include "core/range_set.h"

namespace holdfast {
namespace {

/// Nothing: regions of this kind are of no use to an audio thread, or not known to be.
std::optional<ProtectedKind> kind_of(RegionKind kind, const ProtectionWish& wish) {
  const auto if_wished = [](bool is_wished, ProtectedKind answer) {
    return is_wished ? std::optional(answer) : std::nullopt;
  };
  switch (kind) {
    case RegionKind::kProgramText:
      return if_wished(wish.has_program, ProtectedKind::kProgramText);
    case RegionKind::kProgramConstants:
      return if_wished(wish.has_program, ProtectedKind::kProgramConstants);
    case RegionKind::kProgramData:
    case RegionKind::kProgramBss:
      return if_wished(wish.has_program, ProtectedKind::kProgramData);
    case RegionKind::kLibraryText:
      return if_wished(wish.has_libraries, ProtectedKind::kLibraryText);
    case RegionKind::kLibraryConstants:
      return if_wished(wish.has_libraries, ProtectedKind::kLibraryConstants);
    case RegionKind::kLibraryData:
      return if_wished(wish.has_libraries, ProtectedKind::kLibraryData);
    case RegionKind::kHeap:
      return if_wished(wish.has_heap, ProtectedKind::kHeap);
    case RegionKind::kStack:
    case RegionKind::kSharedMemory:
    case RegionKind::kFile:
    case RegionKind::kAnonymous:
      break;
  }
  return std::nullopt;
}

class Planner {
 public:
  explicit Planner(size_t page_bytes) : page_bytes_(page_bytes) {}

  void add(ProtectedKind kind, const MemoryRange& range, bool is_divisible = false) {
    if (range.size_bytes == 0 || range.end() > UINTPTR_MAX - page_bytes_) return;
    const uintptr_t begin = range.begin / page_bytes_ * page_bytes_;
    const uintptr_t end = (range.end() + page_bytes_ - 1) / page_bytes_ * page_bytes_;
    const std::string name(*range.name == '\0' ? name_of(kind) : range.name);
    plan_.push_back({kind, name, begin, end - begin, is_divisible});
  }

  void add(ProtectedKind kind, const Region& region) {
    for (const Mapping& part : region.parts) {
      plan_.push_back({kind, region.name, part.begin, part.size_bytes(), false});
    }
  }

  std::vector<ProtectedRange> take() {
    const auto first_from_regions = std::find_if(
        plan_.begin(), plan_.end(),
        [](const ProtectedRange& range) { return range.kind >= ProtectedKind::kProgramText; });
    std::stable_sort(first_from_regions, plan_.end(),
                     [](const ProtectedRange& a, const ProtectedRange& b) {
                       return a.kind != b.kind ? a.kind < b.kind : a.size_bytes < b.size_bytes;
                     });
    return std::move(plan_);
  }

 private:
  size_t page_bytes_;
  std::vector<ProtectedRange> plan_;
};

/// Locks range after range, and adds up.
class Executor {
 public:
  Executor(const LockAllowance& room, size_t page_bytes, PageLocker& locker)
      : room_bytes_(room.bytes), refusal_(room.refusal), page_bytes_(page_bytes), locker_(locker) {
    for (const MemoryRange& range : room.already) locked_.add(range.begin, range.end());
  }

  void take(const ProtectedRange& range) {
    const uintptr_t end = range.begin + range.size_bytes;
    const size_t cost = locked_.missing_bytes(range.begin, end);
    if (cost <= room_bytes_) {
      lock(range, range.begin, end);
      return;
    }
    const uintptr_t begin =
        range.is_divisible ? end - std::min(range.size_bytes, whole_pages(room_bytes_)) : end;
    if (begin < end) lock(range, begin, end);
    refuse(range, begin - range.begin, refusal_);
  }

  Protection finish() {
    protection_.locked_bytes = planned_.size_bytes();
    return std::move(protection_);
  }

 private:
  [[nodiscard]] size_t whole_pages(size_t bytes) const { return bytes / page_bytes_ * page_bytes_; }

  ProtectedTotal& total_of(const ProtectedRange& range) {
    return protection_.kinds[static_cast<size_t>(range.kind)];
  }

  void lock(const ProtectedRange& range, uintptr_t begin, uintptr_t end) {
    if (const int refusal = locker_.lock(begin, end - begin); refusal != 0) {
      refuse(range, end - begin, refusal);
      return;
    }
    const size_t cost = locked_.missing_bytes(begin, end);
    room_bytes_ -= std::min(room_bytes_, cost);
    protection_.charged_bytes += cost;
    locked_.add(begin, end);
    planned_.add(begin, end);
    total_of(range).asked_bytes += end - begin;
    total_of(range).locked_bytes += end - begin;
  }

  void refuse(const ProtectedRange& range, size_t bytes, int refusal) {
    ProtectedTotal& total = total_of(range);
    total.asked_bytes += bytes;
    total.refused_bytes += bytes;
    if (total.refusal == 0) total.refusal = refusal;
    protection_.refused_bytes += bytes;
    if (protection_.first_refused.empty()) protection_.first_refused = range.name;
  }

  size_t room_bytes_;
  int refusal_;
  size_t page_bytes_;
  PageLocker& locker_;
  RangeSet locked_;   ///< Costs nothing any more.
  RangeSet planned_;  ///< Of it, what the plan names.
  Protection protection_;
};

}  // namespace

std::string_view name_of(ProtectedKind kind) {
  static constexpr std::array<std::string_view, kProtectedKinds> kNames = {"stack",
                                                                           "thread-local storage",
                                                                           "marked text",
                                                                           "marked constants",
                                                                           "marked data",
                                                                           "given ranges",
                                                                           "libholdfast",
                                                                           "program text",
                                                                           "program constants",
                                                                           "program data",
                                                                           "library text",
                                                                           "library constants",
                                                                           "library data",
                                                                           "heap"};
  return kNames[static_cast<size_t>(kind)];
}

std::vector<ProtectedRange> plan_protection(const std::vector<Region>& regions,
                                            const ProtectionWish& wish, size_t page_bytes) {
  Planner planner(page_bytes);
  planner.add(ProtectedKind::kStack, wish.stack_in_use);
  planner.add(ProtectedKind::kThreadLocal, wish.thread_local_storage);
  planner.add(ProtectedKind::kMarkedText, wish.marked_text);
  planner.add(ProtectedKind::kMarkedConstants, wish.marked_constants);
  planner.add(ProtectedKind::kMarkedData, wish.marked_data);
  for (const MemoryRange& range : wish.given) planner.add(ProtectedKind::kGiven, range);
  for (const MemoryRange& range : wish.own) planner.add(ProtectedKind::kOwn, range);
  planner.add(ProtectedKind::kStack, wish.stack_headroom, true);
  for (const Region& region : regions) {
    if (const auto kind = kind_of(region.kind, wish)) planner.add(*kind, region);
  }
  return planner.take();
}

Protection protect(std::span<const ProtectedRange> plan, const LockAllowance& room,
                   size_t page_bytes, PageLocker& locker) {
  Executor executor(room, page_bytes, locker);
  for (const ProtectedRange& range : plan) executor.take(range);
  return executor.finish();
}

}  // namespace holdfast
