// SPDX-License-Identifier: MIT
#include "cmd/prove_stage.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

#include "act/private_copy.h"
#include "act/state_directory.h"
#include "cmd/device_registry.h"

namespace holdfast::cmd {
namespace {

/// Without a cgroup: each block pushes its own pages out so often.
constexpr const char* kPageOutEvery = "100ms";

/// For what the blocks write, and for the copy of our own program.
Result<> make_directory(ProveStage& stage, const ExperimentDesign& design) {
  // Not in the state directory, which may be in RAM: code there is not dropped, only swapped.
  stage.ground.directory = "/var/tmp/" + act::unique_name("copy");
  HF_TRY(stage.guard().promise_undo({UndoKind::kDirectory, stage.ground.directory}));
  if (mkdir(stage.ground.directory.c_str(), 0700) != 0) {
    return system_error("cannot create " + stage.ground.directory, errno);
  }
  stage.ground.holdfast = "/proc/self/exe";
  if (!design.program.empty()) return Done{};
  HF_TRY_ASSIGN(stage.device, make_device(design.device, design.rate_hz));
  // The module of the device, which is loaded now, is copied with all other libraries.
  setenv("HOLDFAST_AUDIO_MODULES", stage.ground.directory.c_str(),
         1);  // NOLINT(concurrency-mt-unsafe)
  HF_TRY_ASSIGN(stage.ground.holdfast, act::copy_own_program(stage.ground.directory));
  return Done{};
}

}  // namespace

Result<std::optional<LoadTarget>> read_target(const std::string& pressure) {
  if (pressure == kNoPressure || pressure == kOwnPages) return std::optional<LoadTarget>();
  HF_TRY_ASSIGN(const LoadTarget target, parse_named_target(pressure));
  return std::optional(target);
}

Result<ProveStage> build_stage(ExperimentDesign& design, int64_t limit_bytes, Output& output) {
  const bool has_own_thread = design.program.empty();
  std::string& pressure = design.pressure;
  const bool is_default = pressure.empty();
  if (is_default) pressure = "psi=30%";
  ProveStage stage;
  HF_TRY_ASSIGN(stage.ground.target, read_target(pressure));
  if (stage.ground.target) {
    LoadScopeOptions wanted;
    wanted.limit_bytes = limit_bytes;
    wanted.swap_bytes = 2 * limit_bytes;
    auto scope = make_load_scope(wanted);
    if (!scope && !(is_default && has_own_thread)) return std::move(scope.error());
    if (scope) {
      stage.scope.emplace(std::move(*scope));
      stage.ground.cgroup = stage.scope->cgroup;
      for (const std::string& note : stage.scope->notes) output.advice("limited: " + note + "\n");
    } else {
      output.advice("limited: " + scope.error().what +
                    "; so each block pushes out its own pages instead: that shows what missing "
                    "pages cost, not how often pressure takes them\n");
      stage.ground.target.reset();
      pressure = kOwnPages;
    }
  }
  if (pressure == kOwnPages) stage.ground.page_out_every = kPageOutEvery;
  if (!stage.scope) {
    HF_TRY_ASSIGN(act::CleanupWatchdog watchdog, act::CleanupWatchdog::start());
    stage.watchdog.emplace(std::move(watchdog));
  }
  HF_TRY(make_directory(stage, design));
  return stage;
}

}  // namespace holdfast::cmd
