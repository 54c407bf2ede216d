// SPDX-License-Identifier: MIT
// How much this process may lock, and how much it has locked.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace holdfast::act {

/// RLIMIT_MEMLOCK as it applies to this process. The limit counts address space, also unused pages.
struct LockBudget {
  int64_t soft_bytes = 0;
  int64_t hard_bytes = 0;     ///< What the process may raise `soft_bytes` to by itself.
  bool is_unlimited = false;  ///< By RLIM_INFINITY, or by CAP_IPC_LOCK, which bypasses the limit.
};

/// The budget of this process. Any thread.
LockBudget read_lock_budget();

/// Raises the soft limit to the hard limit, which needs no privilege, and returns the new budget.
LockBudget raise_lock_budget();

/// VmLck of this process: what is charged to its budget now.
Result<int64_t> read_own_locked_bytes(const std::string& root = "/proc");

}  // namespace holdfast::act
