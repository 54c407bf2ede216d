// SPDX-License-Identifier: MIT
// The part of `holdfast watch` that shows page faults as they happen. How closely they can be seen
// is up to the machine and the user; it says so.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "base/memory_range.h"
#include "base/result.h"
#include "cmd/output.h"
#include "core/seen_faults.h"
#include "report/fault_lines.h"
#include "session/observer.h"

namespace holdfast::cmd {

/// Looks from its construction on. One thread, which is not the watched one.
class FaultWatch {
 public:
  /// Never fails: limitations() says what was refused, and how to get it.
  FaultWatch(pid_t pid, pid_t thread, Output& output);

  /// Where the thread's stack is, when the thread said so itself. Before the first look().
  void know_stack(const MemoryRange& stack) { observer_->know_stack(stack, {}); }

  /// Says how closely it sees.
  void show_start();
  /// Shows what has happened since the last look.
  void look();
  /// Looks once more, and says what has not been shown.
  void finish();

  /// What was refused at the start.
  [[nodiscard]] const std::vector<Unavailable>& limitations() const {
    return observer_->limitations();
  }
  /// What turned out to be impossible since the last call.
  [[nodiscard]] std::vector<Unavailable> take_new_limitations() {
    return observer_->take_new_limitations();
  }

  /// Nothing where faults cannot be seen.
  [[nodiscard]] std::optional<FaultTotals> totals() const;

 private:
  void show(const SeenFault& fault, Nanos now);

  std::unique_ptr<session::Observer> observer_;
  Output& output_;
  SeenFaults seen_;
  FaultLines lines_;
  std::vector<Record> records_;
  std::vector<SeenFault> faults_;
};

}  // namespace holdfast::cmd
