// SPDX-License-Identifier: MIT
// What an experiment stands on: a cgroup that can be pressed, a private directory, a copy of this
// program whose pages nobody else keeps in memory, and a guard that takes all of it away again.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "act/cleanup_watchdog.h"
#include "audio/device.h"
#include "cmd/load_scope.h"
#include "cmd/output.h"
#include "cmd/prove_run.h"

namespace holdfast::cmd {

/// For ExperimentDesign::pressure: nothing is pressed; each block pushes out its own pages.
inline constexpr const char* kNoPressure = "none";
inline constexpr const char* kOwnPages = "page_out";

/// The target that `pressure` names; nothing for the two above. Errors: kUsage.
Result<std::optional<LoadTarget>> read_target(const std::string& pressure);

/// One stage. Movable; the guard cleans up when it ends, and when this process is killed.
struct ProveStage {
  std::optional<LoadScope> scope;                ///< None: nothing is pressed.
  std::optional<act::CleanupWatchdog> watchdog;  ///< Where the scope has none.
  std::unique_ptr<audio::Device> device;         ///< Keeps what was copied of it loaded.
  ProveGround ground;

  [[nodiscard]] act::CleanupWatchdog& guard() {
    return scope && scope->watchdog ? *scope->watchdog : *watchdog;
  }
};

/// Makes the cgroup and what belongs to it, or says why a thread can only push out its own pages,
/// which a program does not. `design`'s pressure becomes what will be done; empty: the default.
/// Errors: what was asked for cannot be had here, or the device is not there.
Result<ProveStage> build_stage(ExperimentDesign& design, int64_t limit_bytes, Output& output);

}  // namespace holdfast::cmd
