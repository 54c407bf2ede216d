// SPDX-License-Identifier: MIT
// A lock plan for people, as a table in its own order, and for programs.
#pragma once

#include <string>

#include "core/lock_plan.h"

namespace holdfast {

/// Where the limit of a plan comes from, in words: "--limit", "the lock limit of process 20".
struct LockPlanLimit {
  int64_t size_bytes = 0;
  bool is_unlimited = false;
  std::string source;
};

/// The table, what is left out, and what it takes in all. Lines end in line breaks.
std::string lock_plan_text(const LockPlan& plan, const LockPlanLimit& limit);

/// Why a range is to be locked: "2 major faults, 3.1 ms".
std::string reason_text(const PlannedLock& lock);

/// "to lock: 1.3 MiB in 21 ranges (--limit: 8.0 MiB); left out: 12 KiB", without line break.
std::string lock_plan_sum(const LockPlan& plan, const LockPlanLimit& limit);

/// One object of schema "holdfast.plan/1" a line: event "lock" or "left_out" for each range, and
/// "summary" at the end. Lines end in line breaks.
std::string lock_plan_json(const LockPlan& plan, const LockPlanLimit& limit);

}  // namespace holdfast
