// SPDX-License-Identifier: MIT
// Where `holdfast load` presses: a cgroup of its own, a given one, that of a process, or the whole
// machine; and how it is told there how hard memory is pressed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "act/cleanup_watchdog.h"
#include "act/machine_memory.h"
#include "act/memory_cgroup.h"
#include "base/result.h"
#include "core/load_plan.h"
#include "probe/pressure_gauge_linux.h"

namespace holdfast::cmd {

/// What the user said about it. At most one of `cgroup`, `pid` and `is_machine`.
struct LoadScopeOptions {
  std::string cgroup;
  pid_t pid = 0;
  bool is_machine = false;
  int64_t limit_bytes = 0;         ///< Of the own cgroup.
  int64_t swap_bytes = 0;          ///< Of the swap file that comes with the own cgroup; 0: none.
  bool always_makes_swap = false;  ///< Also where the machine has as much free swap.
};

/// The scope, entered by nobody yet. What was made for it is taken away by `watchdog`, also after
/// SIGKILL.
struct LoadScope {
  std::optional<act::CleanupWatchdog> watchdog;  ///< Only where something was made.
  std::optional<act::MemoryCgroup> cgroup;       ///< None: the whole machine.
  std::string stall_cgroup;                      ///< To be entered besides; empty: none.
  probe::PressureSources sources;
  LoadGround ground;
  std::vector<std::string> notes;  ///< What is not as it could be, in sentences.
};

/// Finds or makes it. Errors: kUsage, kUnavailable, with what to do.
Result<LoadScope> make_load_scope(const LoadScopeOptions& options);

/// What is left to others in the scope without swapping; of the machine without a cgroup.
int64_t left_in(const LoadScope& scope, const act::MachineMemory& machine);

}  // namespace holdfast::cmd
