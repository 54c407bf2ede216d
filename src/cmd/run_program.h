// SPDX-License-Identifier: MIT
// One program run under protection: it is started, its processes are followed as they come and go,
// and what was done for them is told at the end, however the program ended.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cmd/page_locks.h"
#include "core/run_report.h"

namespace holdfast::cmd {

/// What to run, and how.
struct RunOptions {
  std::vector<std::string> program;
  RunPolicy policy;
  Nanos keep_warm_every = kMillisecond * 5;
  std::function<void(const RunProcess&)> on_protected;  ///< Once for each process.
};

/// Returns when the program has ended. Errors: kUnavailable when it cannot be started or protected.
Result<RunReport> run_program(const RunOptions& options);

}  // namespace holdfast::cmd
