// SPDX-License-Identifier: MIT
// holdfast prove: does memory pressure cause glitches here, and does locking remove them? A
// randomised experiment on a real-time thread of our own, or on an unmodified program: blocks with
// different parts of its memory locked, in drawn order, under the same pressure, and a verdict with
// an interval.
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <random>

#include "audio/device.h"
#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/experiment.h"
#include "cmd/output.h"
#include "cmd/program_check.h"
#include "cmd/prove_journal.h"
#include "cmd/prove_stage.h"
#include "cmd/result_file.h"
#include "core/byte_size.h"
#include "core/workload_text.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kProveProgram = "holdfast prove";
constexpr int64_t kLeastLimitBytes = 96 * kMebibyte;
constexpr const char* kDevice = "virtual";

struct ProveOptions {
  OutputOptions output;
  std::string arms = "none,plan,all";
  std::string device;
  std::string pressure;
  std::string workload;
  std::string whole = "10min";
  std::string block = "20s";
  std::string washout = "3s";
  std::string resume;
  std::string page;
  uint64_t seed = 0;
  int64_t frames = 16;
  int64_t rate = 48'000;
  std::string limit = "256M";
  std::string thread;
  std::vector<std::string> program;
};

Result<> check_format(const ProveOptions& options) {
  if (options.frames < audio::kMinBlockFrames || options.frames > audio::kMaxBlockFrames) {
    return usage_error("--frames is a number from 1 to 8192");
  }
  if (options.rate >= audio::kMinRateHz && options.rate <= audio::kMaxRateHz) return Done{};
  return usage_error("--rate is a number of Hz from 8000 to 384000");
}

/// A program is started anew for each block; what of it is locked is the business of `run`.
Result<> check_program_wish(const ProveOptions& options, const ExperimentDesign& design) {
  if (options.program.empty()) {
    return options.thread.empty() ? Result<>(Done{})
                                  : usage_error("--thread goes with a program: -- PROGRAM");
  }
  if (!options.workload.empty() || !options.device.empty()) {
    return usage_error("--workload and --device are for a thread of our own, not for a program");
  }
  for (const LockArm arm : design.arms) {
    if (arm == LockArm::kNone || arm == LockArm::kPlan || arm == LockArm::kAll) continue;
    return usage_error("--arms of a program are none, plan and all, not " +
                       std::string(name_of(arm)));
  }
  HF_TRY(check_program(options.program.front()));
  return Done{};
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
  HF_TRY(check_program_wish(options, design));
  if (options.program.empty()) {
    design.workload = to_text(workload);
    design.device = options.device.empty() ? kDevice : options.device;
  }
  design.program = options.program;
  design.thread = options.thread;
  design.seed = options.seed != 0 ? options.seed : std::random_device()();
  HF_TRY_ASSIGN(design.rounds, rounds_in(whole, design, kPressureSettles, kBlockOverhead));
  return design;
}

Result<int64_t> read_limit(const std::string& text) {
  HF_TRY_ASSIGN(const int64_t limit_bytes, parse_byte_size(text));
  if (limit_bytes >= kLeastLimitBytes) return limit_bytes;
  return usage_error("--limit is " + format_byte_size(kLeastLimitBytes) + " or more, not " + text);
}

/// "on `jackd -d dummy`", "without a program".
std::string begun_on(const ExperimentDesign& design) {
  if (design.program.empty()) return "without a program";
  std::string words;
  for (const std::string& word : design.program) words += (words.empty() ? "" : " ") + word;
  return "on `" + words + "`";
}

Result<int> prove(const ProveOptions& options, Output& output) {
  auto wished = read_design(options);
  const bool may_go_on = access(options.resume.c_str(), F_OK) == 0;
  if (!wished && !may_go_on) return std::move(wished.error());
  if (!options.pressure.empty()) HF_TRY(read_target(options.pressure));
  if (options.pressure == kOwnPages && !options.program.empty()) {
    return usage_error(
        "--pressure page_out is for a thread of our own: a program does not push "
        "out its own pages");
  }
  if (!options.page.empty()) HF_TRY(check_result(options.page));
  HF_TRY_ASSIGN(const int64_t limit_bytes, read_limit(options.limit));
  HF_TRY_ASSIGN(ProveJournal journal, ProveJournal::open(options.resume));
  if (!journal.found() && !wished) return std::move(wished.error());
  ExperimentDesign design = journal.found() ? journal.found()->design : *wished;
  if (!journal.found()) design.pressure = options.pressure;
  if (design.program != options.program) {
    return usage_error("the experiment was begun " + begun_on(design) +
                       "; to go on, give the same after --");
  }
  const std::string pressure = design.pressure;
  HF_TRY_ASSIGN(ProveStage stage, build_stage(design, limit_bytes, output));
  if (journal.found() && pressure != design.pressure) {
    return unavailable("the experiment was begun with " + pressure + ", which cannot be had now");
  }
  if (!journal.found()) HF_TRY(journal.begin(design));
  Result<int> code = run_experiment(design, stage, journal, options.page, output);
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
  command->add_option(
      "--device", options->device,
      "What gives our own thread its blocks; see holdfast devices (default: virtual)");
  command->add_option("--workload", options->workload,
                      "What the thread works with (default: " + to_text(WorkloadWish{}) + ")");
  command->add_option("--frames", options->frames, "Block size in frames")->capture_default_str();
  command->add_option("--rate", options->rate, "Sample rate in Hz")->capture_default_str();
  command->add_option("--seed", options->seed, "Draws the order of the arms (default: by chance)")
      ->check(CLI::Range(uint64_t{1}, uint64_t{INT64_MAX}));
  command->add_option("--resume", options->resume,
                      "Keep finished blocks in this file, or go on from it");
  command->add_option("--report", options->page, "Write the report page into this file, too");
  add_output_options(*command, options->output);
  command
      ->add_option("--limit", options->limit,
                   "Memory of the pressed cgroup: more than what a program locks")
      ->capture_default_str();
  command->add_option("--thread", options->thread,
                      "Which thread of the program: id or name (default: the real-time one)");
  command->add_option("program", options->program,
                      "-- PROGRAM [ARGUMENTS]: measure this instead, started anew for each block "
                      "(--frames and --rate: what it runs with)");
  command->footer(
      "Stops early once the answer is clear; Ctrl-C gives the verdict so far.\n"
      "Presses only its own memory cgroup, and leaves nothing behind, also when it is killed.\n"
      "Example: sudo holdfast prove --arms none,plan,all --for 10min\n"
      "         sudo holdfast prove --arms none,plan --frames 64 -- fluidsynth -is -a jack x.sf2\n"
      "Exit codes: 0 locking removes them, 1 not shown, 2 usage, 3 cannot be done here, 4 not "
      "valid");
  return {command, [options] { return run_prove(*options); }};
}

}  // namespace holdfast::cmd
