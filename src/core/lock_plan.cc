// SPDX-License-Identifier: MIT
#include "core/lock_plan.h"

#include <algorithm>
#include <tuple>

namespace holdfast {
namespace {

// The kernel maps 16 pages of 4 KiB, aligned to their size, around a fault in a file
// (fault_around_bytes, mm/memory.c; since 3.15).
constexpr uint64_t kAroundBytes = uint64_t{64} * 1024;
// How much deeper than seen a stack may grow, and what to take when nothing of it was seen.
constexpr uint64_t kStackMarginBytes = uint64_t{64} * 1024;
constexpr uint64_t kUnseenStackBytes = uint64_t{256} * 1024;

bool is_lockable(const PageOwner& owner) {
  return owner.role != MemoryRole::kUnknown && owner.mapping != "[vdso]" &&
         owner.mapping != "[vvar]" && owner.mapping != "[vsyscall]";
}

bool is_of_same(const PageOwner& a, const PageOwner& b) {
  return a.role == b.role && a.of == b.of && a.path == b.path;
}

/// What the faults in one page say, without its address.
PlannedLock judge(uint64_t begin, const TouchedPage& page, size_t page_bytes) {
  PlannedLock lock;
  lock.reason = page.major > 0 ? LockReason::kWaited : LockReason::kTouched;
  lock.begin = begin;
  lock.size_bytes = static_cast<int64_t>(page_bytes);
  lock.owner = page.owner;
  lock.major = page.major;
  lock.others = page.others;
  lock.time = page.time;
  return lock;
}

class Planner {
 public:
  Planner(const WorkingSet& set, const AddressSpace& space, uint32_t thread)
      : set_(set), space_(space), thread_(thread), page_bytes_(set.page_bytes()) {}

  std::vector<PlannedLock> run() {
    add_stack();
    add_touched();
    add_alongside();
    std::stable_sort(found_.begin(), found_.end(), [](const PlannedLock& a, const PlannedLock& b) {
      return std::tuple(a.reason, -a.time.count) < std::tuple(b.reason, -b.time.count);
    });
    return std::move(found_);
  }

  [[nodiscard]] int64_t gone_pages() const { return gone_pages_; }

 private:
  void add_stack() {
    const auto range = space_.stack_of(thread_);
    if (!range) return;
    const uint64_t end = range->end() / page_bytes_ * page_bytes_;
    const uint64_t whole = (range->begin + page_bytes_ - 1) / page_bytes_ * page_bytes_;
    const auto lowest = set_.pages().lower_bound(whole);
    const bool is_seen = lowest != set_.pages().end() && lowest->first < end;
    const uint64_t used = is_seen ? end - lowest->first + kStackMarginBytes : kUnseenStackBytes;
    if (end <= whole) return;
    PlannedLock stack;
    stack.begin = end - std::min(used, end - whole);
    stack.size_bytes = static_cast<int64_t>(end - stack.begin);
    stack.owner.role = MemoryRole::kStack;
    stack.owner.of = space_.thread_name(thread_);
    for (auto page = set_.pages().lower_bound(stack.begin);
         page != set_.pages().end() && page->first < end; ++page) {
      count(stack, page->second);
    }
    stack_end_ = end;
    stack_begin_ = stack.begin;
    found_.push_back(std::move(stack));
  }

  static void count(PlannedLock& lock, const TouchedPage& page) {
    lock.major += page.major;
    lock.others += page.others;
    lock.time += page.time;
  }

  [[nodiscard]] bool is_in_stack(uint64_t address) const {
    return address >= stack_begin_ && address < stack_end_;
  }

  void add_touched() {
    Nanos dearest;
    for (const auto& [address, page] : set_.pages()) {
      if (is_in_stack(address)) continue;
      if (!is_lockable(page.owner) || !is_lockable(space_.owner_of(address, thread_))) {
        ++gone_pages_;
        continue;
      }
      PlannedLock lock = judge(address, page, page_bytes_);
      lock.owner.file_offset -= lock.owner.file_offset % page_bytes_;
      const bool is_more = !found_.empty() && continues(found_.back(), lock);
      if (!is_more) {
        dearest = page.longest;
        found_.push_back(std::move(lock));
        continue;
      }
      PlannedLock& whole = found_.back();
      whole.size_bytes += lock.size_bytes;
      count(whole, page);
      if (page.longest <= dearest) continue;
      dearest = page.longest;
      whole.owner.symbol = lock.owner.symbol;
      whole.owner.section = lock.owner.section;
    }
  }

  /// One range, one call of mlock(), one line for people.
  static bool continues(const PlannedLock& before, const PlannedLock& next) {
    return before.reason == next.reason &&
           before.begin + static_cast<uint64_t>(before.size_bytes) == next.begin &&
           is_of_same(before.owner, next.owner);
  }

  void add_alongside() {
    uint64_t done_until = 0;
    for (const auto& [address, page] : set_.pages()) {
      if (!page.owner.is_file_backed || is_in_stack(address) || !is_lockable(page.owner)) continue;
      const uint64_t around = address / kAroundBytes * kAroundBytes;
      const uint64_t end = around + std::max<uint64_t>(kAroundBytes, page_bytes_);
      for (uint64_t next = std::max(around, done_until); next < end; next += page_bytes_) {
        if (!set_.pages().contains(next)) add_neighbour(next, page.owner);
      }
      done_until = end;
    }
  }

  /// Of `other` only what the same file has there, so that no hole and no stranger is locked.
  void add_neighbour(uint64_t address, const PageOwner& other) {
    PageOwner owner = space_.owner_of(address, thread_);
    if (owner.path != other.path || !owner.is_file_backed || is_in_stack(address)) return;
    PlannedLock lock;
    lock.reason = LockReason::kAlongside;
    lock.begin = address;
    lock.size_bytes = static_cast<int64_t>(page_bytes_);
    lock.owner = std::move(owner);
    if (continues(found_.back(), lock)) {
      found_.back().size_bytes += lock.size_bytes;
    } else {
      found_.push_back(std::move(lock));
    }
  }

  const WorkingSet& set_;
  const AddressSpace& space_;
  uint32_t thread_;
  size_t page_bytes_;
  std::vector<PlannedLock> found_;
  uint64_t stack_begin_ = 0;
  uint64_t stack_end_ = 0;
  int64_t gone_pages_ = 0;
};

int64_t sum_of_sizes(const std::vector<PlannedLock>& locks) {
  int64_t sum = 0;
  for (const PlannedLock& lock : locks) sum += lock.size_bytes;
  return sum;
}

}  // namespace

std::string_view name_of(LockReason reason) {
  switch (reason) {
    case LockReason::kStack:
      return "stack";
    case LockReason::kWaited:
      return "waited";
    case LockReason::kTouched:
      return "touched";
    case LockReason::kAlongside:
      return "alongside";
  }
  return "";
}

int64_t LockPlan::locked_bytes() const {
  return sum_of_sizes(locks);
}

int64_t LockPlan::left_out_bytes() const {
  return sum_of_sizes(left_out);
}

LockPlan plan_locks(const WorkingSet& set, const AddressSpace& space, uint32_t thread,
                    int64_t limit_bytes) {
  Planner planner(set, space, thread);
  LockPlan plan;
  int64_t room = limit_bytes;
  for (PlannedLock& lock : planner.run()) {
    const bool fits = lock.size_bytes <= room;
    if (fits) room -= lock.size_bytes;
    (fits ? plan.locks : plan.left_out).push_back(std::move(lock));
  }
  plan.gone_pages = planner.gone_pages();
  plan.mapped_bytes = space.mapped_bytes();
  return plan;
}

}  // namespace holdfast
