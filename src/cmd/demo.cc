// SPDX-License-Identifier: MIT
// holdfast demo: the experiment of `holdfast prove` in its two-minute form, with nothing to choose
// and nothing needed: does memory pressure make a real-time audio thread glitch here, and does
// locking its pages help? On the sound server when one runs, else on the virtual device.
#include <memory>
#include <random>

#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/device_registry.h"
#include "cmd/exit.h"
#include "cmd/experiment.h"
#include "cmd/output.h"
#include "cmd/prove_journal.h"
#include "cmd/prove_stage.h"
#include "cmd/result_file.h"
#include "core/workload_text.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kDemoProgram = "holdfast demo";
constexpr int64_t kLimitBytes = int64_t{256} << 20;
/// Short, so that two minutes hold several rounds; what is rare comes round four times in it.
constexpr Nanos kBlock = kSecond * 3;
constexpr Nanos kWashout = kMillisecond * 1500;
/// Small blocks make glitches frequent, but without real-time priority they glitch by themselves.
constexpr int64_t kBlockFrames = 16;
constexpr int64_t kBlockFramesUnpressed = 256;
/// A server's own block is used in any case where it has but one.
constexpr int64_t kBlockFramesOfServer = 64;

struct DemoOptions {
  OutputOptions output;
  std::string duration = "2min";
  std::string device;
  std::string page = "holdfast-demo.html";
};

/// A server that runs, or the virtual device: not hardware, which somebody may be using.
std::string find_device() {
  const std::string found = default_device();
  const bool is_server = found.starts_with("pipewire") || found.starts_with("jack");
  return is_server ? found : "virtual";
}

Result<ExperimentDesign> make_design(const DemoOptions& options) {
  ExperimentDesign design;
  design.arms = {LockArm::kNone, LockArm::kPlan, LockArm::kAll};
  design.block = kBlock;
  design.washout = kWashout;
  design.seed = std::random_device()();
  design.workload = to_text(WorkloadWish{});
  design.device = options.device.empty() ? find_device() : options.device;
  design.block_frames = design.device.starts_with("virtual") ? kBlockFrames : kBlockFramesOfServer;
  HF_TRY_ASSIGN(const Nanos whole, parse_duration(options.duration));
  HF_TRY_ASSIGN(design.rounds, rounds_in(whole, design, kPressureSettles, kBlockOverhead));
  return design;
}

Result<int> demonstrate(const DemoOptions& options, Output& output) {
  HF_TRY_ASSIGN(ExperimentDesign design, make_design(options));
  if (!options.page.empty()) {
    auto place = check_result(options.page);
    if (!place) return std::move(place.error()).in("choose another place with --report");
  }
  HF_TRY_ASSIGN(ProveStage stage, build_stage(design, kLimitBytes, output));
  if (!stage.scope && design.block_frames == kBlockFrames) {
    design.block_frames = kBlockFramesUnpressed;
  }
  HF_TRY_ASSIGN(ProveJournal journal, ProveJournal::open(""));
  Result<int> code = run_experiment(design, stage, journal, options.page, output);
  const auto finished = stage.guard().finish();
  if (code && !finished) return finished.error();
  return code;
}

int run_demo(const DemoOptions& options) {
  Output output(kDemoProgram, options.output);
  return output.finish(demonstrate(options, output));
}

}  // namespace

Command add_demo(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("demo", "Show in two minutes what memory pressure does to audio");
  auto options = std::make_shared<DemoOptions>();
  command->add_option("--for", options->duration, "How long at most")->capture_default_str();
  command->add_option("--device", options->device,
                      "See holdfast devices (default: a sound server that runs, else virtual)");
  command->add_option("--report", options->page, "Where the report page goes")
      ->capture_default_str();
  add_output_options(*command, options->output);
  command->footer(
      "Presses only its own memory cgroup, and leaves nothing behind, also when it is killed.\n"
      "Strongest as root, who may make a cgroup and a temporary swap file.\n"
      "For more than the two minutes, see holdfast prove.\n"
      "Example: sudo holdfast demo\n"
      "Exit codes: 0 shown, 1 not shown, 2 usage, 3 cannot be done here, 4 not valid");
  return {command, [options] { return run_demo(*options); }};
}

}  // namespace holdfast::cmd
