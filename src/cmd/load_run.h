// SPDX-License-Identifier: MIT
// One run of `holdfast load`: the workers, the program they press, the closed loop, and everything
// that ends it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cmd/load_scope.h"
#include "core/load_plan.h"
#include "core/load_sample.h"

namespace holdfast::cmd {

/// What to run. `scope` and `plan` must outlive the run.
struct LoadRunOptions {
  std::vector<LoadTarget> stairs;    ///< One target at least.
  std::optional<Nanos> step_length;  ///< None: until a stop is asked for.
  std::vector<std::string> program;  ///< Run inside the scope; empty: none.
  pid_t watched = 0;                 ///< The run ends with this process; 0: with none.
  std::function<void(const LoadSample&)> on_sample;  ///< Once a second.
  std::function<void(const LoadStep&)> on_step;      ///< At the end of each step.
  /// Every 50 ms, with what the scope's counters say; false ends the run. Empty: nobody.
  std::function<Result<bool>(const probe::PressureCounts&)> beside;
};

/// How it ended.
struct LoadRunEnd {
  bool is_held = true;                   ///< Each target that there was time to judge.
  std::optional<int> program_exit_code;  ///< When the program ended by itself.
  std::vector<std::string> notes;        ///< What else to tell, in sentences.
};

/// Presses until the time is over, a stop is asked for, or the program or the watched process ends.
/// All that pressed is gone when it returns. Errors: kUnavailable when the machine's memory fell
/// below the floor, or the kernel killed the load again and again.
Result<LoadRunEnd> run_load(const LoadScope& scope, const LoadPlan& plan,
                            const LoadRunOptions& options);

}  // namespace holdfast::cmd
