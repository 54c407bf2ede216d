// SPDX-License-Identifier: MIT
// From the records of a run, or of an observation that goes on, to a lock plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/lock_plan.h"
#include "core/seen_faults.h"
#include "core/working_set.h"

namespace holdfast {

/// Faults on their way from records to pages. One thread.
class LockPlanner {
 public:
  explicit LockPlanner(size_t page_bytes) : set_(page_bytes) {}

  /// Records in the order of the trace.
  void take(std::span<const Record> records);

  /// For `thread`, as known so far.
  [[nodiscard]] LockPlan plan(int64_t thread, int64_t limit_bytes) const;

  [[nodiscard]] const FaultTotals& totals() const { return seen_.totals(); }
  /// Pages that were touched.
  [[nodiscard]] size_t pages() const { return set_.pages().size(); }
  /// Faults that were lost, or found no room: pages may be missing from the plan.
  [[nodiscard]] int64_t missed() const { return seen_.totals().lost_facts + set_.not_kept(); }

 private:
  SeenFaults seen_;
  WorkingSet set_;
  std::vector<SeenFault> faults_;
};

}  // namespace holdfast
