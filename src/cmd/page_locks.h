// SPDX-License-Identifier: MIT
// What of one process is locked, and what else is done for its pages where the limit is too small:
// orders that go out, answers that come back, and the book about both.
#pragma once

#include <sys/types.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cmd/memory_route.h"
#include "core/lock_ledger.h"
#include "core/lock_plan.h"
#include "core/proc_maps.h"
#include "core/run_report.h"

namespace holdfast::cmd {

/// What to lock.
enum class RunPlan : uint8_t {
  kAuto,  ///< What the threads are seen to need.
  kAll,   ///< All that is mapped.
  kFile,  ///< What a plan says that was made before.
};

/// When to use a remedy that needs no lock.
enum class RunRemedy : uint8_t {
  kWhereNeeded,  ///< For what found no room.
  kAlways,
  kNever,
};

/// The same for all processes of a run.
struct RunPolicy {
  RunPlan plan = RunPlan::kAuto;
  std::vector<PlannedLock> saved;      ///< kFile.
  std::optional<int64_t> limit_bytes;  ///< Of --limit; else what each process may lock.
  bool is_unlimited = false;           ///< The lock limit does not apply to this user.
  RunRemedy keep_warm = RunRemedy::kWhereNeeded;
  RunRemedy random_access = RunRemedy::kWhereNeeded;
  bool can_swap = false;  ///< Data can leave memory.
};

/// The locks of one process. One thread.
class PageLocks {
 public:
  /// `policy` outlives it.
  PageLocks(pid_t pid, std::unique_ptr<MemoryRoute> route, const RunPolicy& policy);

  [[nodiscard]] RunRoute route() const { return route_->kind(); }
  [[nodiscard]] bool is_ready() const { return route_->is_ready(); }
  [[nodiscard]] const LockLedger& ledger() const { return ledger_; }
  [[nodiscard]] bool is_limit_reached() const { return is_limit_reached_; }
  /// Everything that was ordered has been answered.
  [[nodiscard]] bool is_idle() const { return waiting_.empty() && unanswered_ == 0; }

  /// Orders what of `locks` is not locked yet, in their order, as far as the limit allows, and the
  /// remedies for the rest. `mappings`: what is mapped now.
  void lock(const std::vector<PlannedLock>& locks, const std::vector<Mapping>& mappings);
  /// Orders a lock of everything; true in is_all_locked() when it has succeeded.
  void lock_all();
  [[nodiscard]] bool is_all_locked() const { return is_all_locked_; }
  /// A lock of everything was refused with this errno; 0: it was not.
  [[nodiscard]] int all_refusal() const { return all_refusal_; }
  /// Anything else, for `span`.
  void order(MemoryCall call, PageSpan span) {
    waiting_.push_back({call, 0, span.begin, span.end - span.begin});
  }

  /// Sends what is waiting.
  void send();
  /// The next answer, after it was noted; false when there is none.
  bool take(MemoryAnswer& answer);
  /// The thread's own stack, locked by itself.
  void note_stack(const MemoryAnswer& answer, const PageOwner& owner);
  void forget_unmapped(const std::vector<Mapping>& mappings);

  /// Adds what it knows.
  void fill(RunProcess& report) const;

 private:
  void note(const MemoryAnswer& answer);
  void note_refusal(PageSpan span, int system_errno);
  void note_all(const MemoryAnswer& answer);
  void lock_span(PageSpan span, const PageOwner& owner, int64_t& room_bytes);
  void use_remedies();
  [[nodiscard]] int64_t find_room() const;

  pid_t pid_;
  std::unique_ptr<MemoryRoute> route_;
  const RunPolicy& policy_;
  LockLedger ledger_;
  LockLedger warm_;
  LockLedger random_;
  std::deque<MemoryOrder> waiting_;
  int64_t unanswered_ = 0;
  int64_t calls_ = 0;
  Nanos calls_time_;
  bool is_limit_reached_ = false;
  bool is_all_locked_ = false;
  int all_refusal_ = 0;
  int last_refusal_ = 0;
};

}  // namespace holdfast::cmd
