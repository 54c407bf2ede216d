// SPDX-License-Identifier: MIT
// System calls of ours in a process that no library of ours could be loaded into: a static program,
// or one that runs already. Its main thread is stopped, does them, and goes on where it was; its
// other threads run on.
#pragma once

#include <sys/types.h>

#include <span>
#include <vector>

#include "rt/program_channel.h"

namespace holdfast::act {

/// Carries out all orders, in their order; one answer each. Where the process cannot be stopped
/// (EPERM: it is traced, or not ours; ESRCH: it has ended; ENOSYS: not on this processor), that is
/// what each answer says. Costs the main thread some 10 us a call.
std::vector<MemoryAnswer> inject_calls(pid_t pid, std::span<const MemoryOrder> orders);

/// 0 where inject_calls() can do it, else the errno. Stops the main thread for a moment.
int try_to_inject(pid_t pid);

}  // namespace holdfast::act
