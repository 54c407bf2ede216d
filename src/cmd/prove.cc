// SPDX-License-Identifier: MIT
// holdfast prove: does memory pressure cause glitches here, and does locking remove them? A
// randomised experiment on a real-time thread of our own: blocks with different parts of its memory
// locked, in drawn order, under the same pressure, and a verdict with an interval.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <random>

#include "act/cleanup_watchdog.h"
#include "act/private_copy.h"
#include "act/state_directory.h"
#include "audio/device.h"
#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/load_run.h"
#include "cmd/load_scope.h"
#include "cmd/output.h"
#include "cmd/prove_journal.h"
#include "cmd/prove_run.h"
#include "core/workload_text.h"
#include "probe/clock_linux.h"
#include "report/prove_json.h"
#include "report/prove_text.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kProveProgram = "holdfast prove";
constexpr int64_t kMebibyte = int64_t{1} << 20;
/// Room enough that a program which locks all it has (30 MiB) does not bring the killer.
constexpr int64_t kLimitBytes = 256 * kMebibyte;
constexpr int64_t kRoomBytes = 64 * kMebibyte;
/// To start a block's program under pressure, and to end it.
constexpr Nanos kOverhead = kMillisecond * 1500;
/// What a load needs until it holds; blocks begin then.
constexpr Nanos kSettle = kSecond * 10;
/// Without a cgroup: each block pushes its own pages out so often.
constexpr const char* kPageOutEvery = "100ms";
constexpr const char* kNoPressure = "none";
constexpr const char* kOwnPages = "page_out";

struct ProveOptions {
  OutputOptions output;
  std::string arms = "none,plan,all";
  std::string pressure;
  std::string workload;
  std::string whole = "10min";
  std::string block = "20s";
  std::string washout = "3s";
  std::string resume;
  uint64_t seed = 0;
  int64_t frames = 16;
  int64_t rate = 48'000;
};

Result<> check_format(const ProveOptions& options) {
  if (options.frames < audio::kMinBlockFrames || options.frames > audio::kMaxBlockFrames) {
    return usage_error("--frames is a number from 1 to 8192");
  }
  if (options.rate >= audio::kMinRateHz && options.rate <= audio::kMaxRateHz) return Done{};
  return usage_error("--rate is a number of Hz from 8000 to 384000");
}

/// Everything but the pressure, which depends on what this machine allows.
Result<ExperimentDesign> read_design(const ProveOptions& options) {
  constexpr Nanos kShortestWashout = kMillisecond * 1500;
  ExperimentDesign design;
  HF_TRY(check_format(options));
  HF_TRY_ASSIGN(design.arms, parse_arms(options.arms));
  HF_TRY_ASSIGN(const WorkloadWish workload, parse_workload(options.workload));
  HF_TRY_ASSIGN(const Nanos whole, parse_duration(options.whole));
  HF_TRY_ASSIGN(design.block, parse_duration(options.block));
  HF_TRY_ASSIGN(design.washout, parse_duration(options.washout));
  if (design.block < kSecond) return usage_error("--block must be 1s or longer");
  if (design.washout < kShortestWashout) {
    return usage_error("--washout must be 1500ms or longer");
  }
  design.block_frames = options.frames;
  design.rate_hz = options.rate;
  design.workload = to_text(workload);
  design.seed = options.seed != 0 ? options.seed : std::random_device()();
  HF_TRY_ASSIGN(design.rounds, rounds_in(whole - kSettle, design, kOverhead));
  return design;
}

/// Nothing for "none" and for pages that are pushed out by their owner.
Result<std::optional<LoadTarget>> read_target(const std::string& pressure) {
  if (pressure == kNoPressure || pressure == kOwnPages) return std::optional<LoadTarget>();
  HF_TRY_ASSIGN(const LoadTarget target, parse_named_target(pressure));
  return std::optional(target);
}

/// What the experiment stands on. The watchdog is the scope's, or one for the copy alone.
struct ProveStage {
  std::optional<LoadScope> scope;
  std::optional<act::CleanupWatchdog> watchdog;
  ProveGround ground;

  [[nodiscard]] act::CleanupWatchdog& guard() {
    return scope && scope->watchdog ? *scope->watchdog : *watchdog;
  }
};

Result<> make_copy(ProveStage& stage) {
  // Not in the state directory, which may be in RAM: code there is not dropped, only swapped.
  stage.ground.directory = "/var/tmp/" + act::unique_name("copy");
  HF_TRY(stage.guard().promise_undo({UndoKind::kDirectory, stage.ground.directory}));
  if (mkdir(stage.ground.directory.c_str(), 0700) != 0) {
    return system_error("cannot create " + stage.ground.directory, errno);
  }
  HF_TRY_ASSIGN(stage.ground.program, act::copy_own_program(stage.ground.directory));
  return Done{};
}

/// Makes the cgroup and what belongs to it, or says why a thread can only push out its own pages.
/// `pressure` becomes what will be done.
Result<ProveStage> build_stage(std::string& pressure, Output& output) {
  const bool is_default = pressure.empty();
  if (is_default) pressure = "psi=30%";
  ProveStage stage;
  HF_TRY_ASSIGN(stage.ground.target, read_target(pressure));
  if (stage.ground.target) {
    LoadScopeOptions wanted;
    wanted.limit_bytes = kLimitBytes;
    wanted.swap_bytes = 2 * kLimitBytes;
    auto scope = make_load_scope(wanted);
    if (!scope && !is_default) return std::move(scope.error());
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
  HF_TRY(make_copy(stage));
  return stage;
}

/// Presses as `holdfast load` does, and lets the blocks run beside it.
Result<> press(const ProveStage& stage, ProveRun& run, Output& output) {
  LoadWishes wishes;
  wishes.room_bytes = kRoomBytes;
  HF_TRY_ASSIGN(const LoadPlan plan,
                plan_load(stage.ground.target->goal, stage.scope->ground, wishes));
  const Nanos first_block = probe::monotonic_now() + kSettle;
  LoadRunOptions load;
  load.stairs = {*stage.ground.target};
  load.on_sample = [](const LoadSample&) {};
  load.on_step = [](const LoadStep&) {};
  load.beside = [&](const probe::PressureCounts& counts) -> Result<bool> {
    const bool is_settling = counts.time < first_block;
    output.progress(is_settling ? "pressing" : run.progress());
    return is_settling ? Result<bool>(true) : run.step(counts);
  };
  HF_TRY_ASSIGN(const LoadRunEnd end, run_load(*stage.scope, plan, load));
  for (const std::string& note : end.notes) output.advice("limited: " + note + "\n");
  return Done{};
}

/// No load: the blocks alone.
Result<> wait_for(ProveRun& run, Output& output) {
  constexpr int kPollMilliseconds = 50;
  while (!stop_requested()) {
    HF_TRY_ASSIGN(const bool goes_on, run.step({probe::monotonic_now()}));
    if (!goes_on) break;
    output.progress(run.progress());
    wait_for_stop(kPollMilliseconds);
  }
  return Done{};
}

int exit_code_of(const ExperimentResult& result) {
  if (result.verdict == ExperimentVerdict::kNotValid) return kNotTrustworthy;
  const bool is_same = is_same_throughout(result.design.arms);
  const bool holds = is_same ? result.verdict == ExperimentVerdict::kNoDifference ||
                                   result.verdict == ExperimentVerdict::kNoGlitches
                             : result.verdict == ExperimentVerdict::kRemoves;
  return holds ? kHolds : kGlitches;
}

/// One line per block, and what all blocks alike lack, once.
class BlockPrinter {
 public:
  BlockPrinter(const ExperimentDesign& design, Output& output) : design_(design), output_(output) {}

  void operator()(const BlockResult& block) {
    if (output_.is_json()) {
      output_.line(prove_block_json(design_, block));
    } else {
      output_.line(prove_block_text(design_, block));
    }
    if (block.limitation.empty() || has_told_) return;
    has_told_ = true;
    output_.advice("limited: " + block.limitation + "\n");
  }

 private:
  const ExperimentDesign& design_;
  Output& output_;
  bool has_told_ = false;
};

/// Whatever ends it, what was measured gets its verdict.
Result<int> experiment(const ExperimentDesign& design, ProveStage& stage, ProveJournal& journal,
                       Output& output) {
  output.advice(prove_plan_text(design));
  BlockPrinter printer(design, output);
  ProveRun run(design, stage.ground, journal, [&](const BlockResult& block) { printer(block); });
  const Result<> ended = stage.ground.target ? press(stage, run, output) : wait_for(run, output);
  output.progress("");
  if (!run.journal_trouble().empty()) {
    output.advice("limited: " + run.journal_trouble() + "; it cannot be gone on from\n");
  }
  const ExperimentResult result = run.result();
  if (output.is_json()) {
    output.line(prove_json(result));
  } else {
    output.text("\n" + prove_text(result));
  }
  if (!ended) return ended.error();
  return exit_code_of(result);
}

Result<int> prove(const ProveOptions& options, Output& output) {
  auto wished = read_design(options);
  const bool may_go_on = access(options.resume.c_str(), F_OK) == 0;
  if (!wished && !may_go_on) return std::move(wished.error());
  if (!options.pressure.empty()) HF_TRY(read_target(options.pressure));
  HF_TRY_ASSIGN(ProveJournal journal, ProveJournal::open(options.resume));
  if (!journal.found() && !wished) return std::move(wished.error());
  ExperimentDesign design = journal.found() ? journal.found()->design : *wished;
  if (!journal.found()) design.pressure = options.pressure;
  std::string pressure = design.pressure;
  HF_TRY_ASSIGN(ProveStage stage, build_stage(pressure, output));
  if (journal.found() && pressure != design.pressure) {
    return unavailable("the experiment was begun with " + design.pressure +
                       ", which cannot be had now");
  }
  design.pressure = pressure;
  if (!journal.found()) HF_TRY(journal.begin(design));
  Result<int> code = experiment(design, stage, journal, output);
  const auto finished = stage.guard().finish();
  if (code && !finished) return finished.error();
  return code;
}

int run_prove(const ProveOptions& options) {
  Output output(kProveProgram, options.output);
  return output.finish(prove(options, output));
}

}  // namespace

Command add_prove(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "prove", "Does memory pressure cause glitches, and does locking remove them?");
  auto options = std::make_shared<ProveOptions>();
  command
      ->add_option("--arms", options->arms,
                   "What is locked, the reference first: none, stack, data, text, plan, all")
      ->capture_default_str();
  command->add_option("--pressure", options->pressure,
                      "What is held meanwhile: a target of holdfast load such as psi=30% or "
                      "refaults=500/s, passes, page_out (own pages), or none (default: psi=30%)");
  command->add_option("--for", options->whole, "How long at most, all blocks together")
      ->capture_default_str();
  command->add_option("--block", options->block, "How long each block is counted")
      ->capture_default_str();
  command->add_option("--washout", options->washout, "Time before it that is not counted")
      ->capture_default_str();
  command->add_option("--workload", options->workload,
                      "What the thread works with (default: " + to_text(WorkloadWish{}) + ")");
  command->add_option("--frames", options->frames, "Block size in frames")->capture_default_str();
  command->add_option("--rate", options->rate, "Sample rate in Hz")->capture_default_str();
  command->add_option("--seed", options->seed, "Draws the order of the arms (default: by chance)")
      ->check(CLI::Range(uint64_t{1}, uint64_t{INT64_MAX}));
  command->add_option("--resume", options->resume,
                      "Keep finished blocks in this file, or go on from it");
  add_output_options(*command, options->output);
  command->footer(
      "Stops early once the answer is clear; Ctrl-C gives the verdict so far.\n"
      "Presses only its own memory cgroup, and leaves nothing behind, also when it is killed.\n"
      "Example: sudo holdfast prove --arms none,plan,all --for 10min\n"
      "Exit codes: 0 locking removes them, 1 not shown, 2 usage, 3 cannot be done here, 4 not "
      "valid");
  return {command, [options] { return run_prove(*options); }};
}

}  // namespace holdfast::cmd
