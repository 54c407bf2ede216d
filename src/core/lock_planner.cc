// SPDX-License-Identifier: MIT
#include "core/lock_planner.h"

namespace holdfast {

void LockPlanner::take(std::span<const Record> records) {
  faults_.clear();
  seen_.add(records, faults_);
  for (const SeenFault& fault : faults_) set_.add(fault);
}

LockPlan LockPlanner::plan(int64_t thread, int64_t limit_bytes) const {
  return plan_locks(set_, seen_.space(), static_cast<uint32_t>(thread), limit_bytes);
}

}  // namespace holdfast
