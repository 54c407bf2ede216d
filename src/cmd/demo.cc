// SPDX-License-Identifier: MIT
// holdfast demo: the second experiment of the seed, in half a minute, on any machine, without harm.
// Two glitch counters run beside a loop of MemLoad, all inside one small memory cgroup, so that
// nobody else is pressed: one counter locks what its audio thread touches, the other locks nothing.
// Each runs a copy of its own, since code shared with the rest of the machine would stay in memory.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>

#include "act/child_process.h"
#include "act/cleanup_watchdog.h"
#include "act/machine_memory.h"
#include "act/memory_cgroup.h"
#include "act/private_copy.h"
#include "act/small_file.h"
#include "act/state_directory.h"
#include "act/temp_swap.h"
#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "core/demo_result.h"
#include "core/kilobyte_field.h"
#include "report/demo_text.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kDemoProgram = "holdfast demo";
constexpr int64_t kMebibyte = int64_t{1} << 20;
/// Enough for two counters at rest and far too little beside MemLoad. Measured on Debian 12 with
/// two processors, 10 s: the unlocked counter glitched 203 times at 48 MiB, 115 at 64 and 81 at 96.
constexpr int64_t kLimitBytes = 48 * kMebibyte;
constexpr int64_t kSwapBytes = 256 * kMebibyte;
constexpr int kPollMilliseconds = 20;
constexpr Nanos kShortest = kSecond * 3;
/// Without a cgroup nothing can be pressed without pressing others: the counters then push their
/// own code out this often. Measured as a normal user: tests/system/pressure_test.py.
constexpr const char* kPageOutEvery = "100ms";
/// Small blocks make glitches frequent, but without real-time priority they glitch by themselves.
constexpr int64_t kBlockFrames = 16;
constexpr int64_t kBlockFramesUnprivileged = 256;

struct DemoOptions {
  OutputOptions output;
  std::string duration = "30s";
};

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// What the experiment stands on, and what of it could not be had.
struct Stage {
  act::CleanupWatchdog watchdog;
  std::optional<act::MemoryCgroup> cgroup;
  int64_t swap_bytes = 0;
  std::vector<std::string> missing;

  [[nodiscard]] int64_t block_frames() const {
    return cgroup ? kBlockFrames : kBlockFramesUnprivileged;
  }
};

Result<act::MemoryCgroup> make_cgroup(act::CleanupWatchdog& watchdog) {
  HF_TRY_ASSIGN(act::MemoryCgroup cgroup, act::MemoryCgroup::plan());
  HF_TRY(watchdog.promise_undo({UndoKind::kCgroup, cgroup.directory()}));
  HF_TRY(cgroup.create(kLimitBytes));
  (void)cgroup.set_swappiness(100).ok();  // version 1 only; without it the demo is only weaker
  return cgroup;
}

/// How much swap can be used: the machine's own, or a temporary file.
Result<int64_t> provide_swap(act::CleanupWatchdog& watchdog) {
  HF_TRY_ASSIGN(const act::MachineMemory machine, act::read_machine_memory());
  if (machine.room.swap_free_bytes >= kSwapBytes) return machine.room.swap_free_bytes;
  HF_TRY(act::provide_temp_swap(watchdog, kSwapBytes));
  return kSwapBytes;
}

Result<Stage> build_stage() {
  HF_TRY_ASSIGN(act::CleanupWatchdog watchdog, act::CleanupWatchdog::start());
  Stage stage{std::move(watchdog), std::nullopt, 0, {}};
  auto cgroup = make_cgroup(stage.watchdog);
  if (!cgroup) {
    stage.missing.push_back(cgroup.error().what);
    return stage;  // without a fence, swap would be pressure for everybody
  }
  stage.cgroup = std::move(*cgroup);
  const auto swap = provide_swap(stage.watchdog);
  if (swap) {
    stage.swap_bytes = *swap;
  } else {
    stage.missing.push_back(swap.error().what);
  }
  return stage;
}

constexpr size_t kSummaryBytes = 65536;

/// One counter: its process, where it writes, and how much of it was seen in swap.
class RunningCounter {
 public:
  static Result<RunningCounter> start(Stage& stage, const std::string& duration, bool is_locked) {
    // Not in the state directory, which may be in RAM: code there is not dropped, only swapped.
    const std::string directory = "/var/tmp/" + act::unique_name("copy");
    HF_TRY(stage.watchdog.promise_undo({UndoKind::kDirectory, directory}));
    if (mkdir(directory.c_str(), 0700) != 0) {
      return system_error("cannot create " + directory, errno);
    }
    HF_TRY_ASSIGN(const std::string program, act::copy_own_program(directory));
    act::ChildOptions options;
    const std::string frames = std::to_string(stage.block_frames());
    options.command = {program, "count", "--frames", frames, "--for", duration, "--json"};
    if (!is_locked) options.command.push_back("--no-lock");
    if (!stage.cgroup) {
      options.command.insert(options.command.end(), {"--page-out", kPageOutEvery});
    }
    options.library_path = directory;
    options.output_path = directory + "/output";
    options.cgroup = stage.cgroup;
    // Of two real-time threads on one processor, the one that faults would delay the other.
    options.processor = is_locked ? 1 : 0;
    HF_TRY_ASSIGN(act::ChildProcess process, act::ChildProcess::start(options));
    return RunningCounter(std::move(process), options.output_path);
  }

  /// True as long as it runs; notes how much of it is in swap.
  bool watch() {
    if (!process_.is_running()) return false;
    const auto status = act::read_small_file("/proc/" + std::to_string(process_.pid()) + "/status");
    if (status)
      peak_swapped_ = std::max(peak_swapped_, kilobyte_field(*status, "VmSwap").value_or(0));
    return true;
  }

  void stop() { process_.send(SIGINT); }

  [[nodiscard]] Result<CounterResult> result() const {
    // A glitch is a line, and there may be a hundred thousand; the summary is the last one.
    HF_TRY_ASSIGN(const std::string output, act::read_end_of_file(output_path_, kSummaryBytes));
    auto result = parse_counter_output(output);
    if (!result) {
      return Error{ErrorKind::kSystem, 0,
                   "a counter ended with exit code " + std::to_string(process_.exit_code()) + ": " +
                       output.substr(output.size() - std::min<size_t>(output.size(), 500))};
    }
    result->peak_swapped_bytes = peak_swapped_;
    return *result;
  }

 private:
  RunningCounter(act::ChildProcess process, std::string output_path)
      : process_(std::move(process)), output_path_(std::move(output_path)) {}

  act::ChildProcess process_;
  std::string output_path_;
  int64_t peak_swapped_ = 0;
};

/// `while true; do MemLoad; done`
class LoadLoop {
 public:
  LoadLoop(std::string program, const Stage& stage) {
    options_.command = {std::move(program), "--with-parent"};
    // The cgroup is entered by MemLoad itself, so that starting it is not slowed down by the
    // pressure.
    const bool has_cgroup = stage.cgroup.has_value();
    options_.command.push_back(has_cgroup ? "--cgroup" : "--limit");
    options_.command.push_back(has_cgroup ? stage.cgroup->directory()
                                          : std::to_string(kLimitBytes));
  }

  Result<> keep_going() {
    if (process_ && process_->is_running()) return Done{};
    process_.reset();
    HF_TRY_ASSIGN(act::ChildProcess process, act::ChildProcess::start(options_));
    process_.emplace(std::move(process));
    ++loads_;
    return Done{};
  }

  /// Ends it, and lets it clean up behind itself.
  void stop() {
    for (int i = 0; i < 50 && process_ && process_->is_running(); ++i) {
      process_->send(SIGTERM);
      usleep(kPollMilliseconds * 1000);
    }
    process_.reset();
  }

  [[nodiscard]] int64_t loads() const { return loads_; }

 private:
  act::ChildOptions options_;
  std::optional<act::ChildProcess> process_;
  int64_t loads_ = 0;
};

Result<std::string> find_mem_load() {
  char self[4096];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof(self));
  if (size <= 0) return system_error("cannot read /proc/self/exe", errno);
  const std::string program(self, static_cast<size_t>(size));
  std::string path = program.substr(0, program.rfind('/')) + "/MemLoad";
  if (access(path.c_str(), X_OK) == 0) return path;
  return Error{ErrorKind::kUnavailable, errno, path + " is missing; build or install all programs"};
}

/// Presses until the time is over or a stop is asked for, then lets the counters end in peace.
Result<> press(RunningCounter& unlocked, RunningCounter& locked, LoadLoop& load, double seconds,
               Output& output) {
  constexpr double kGraceSeconds =
      30;  // to open the devices, to judge, and to page it all in again
  const double start = seconds_now();
  bool is_pressing = true;
  while (true) {
    const bool is_any_running =
        static_cast<int>(unlocked.watch()) + static_cast<int>(locked.watch());
    const double elapsed = seconds_now() - start;
    if (!is_any_running || elapsed > seconds + kGraceSeconds) break;
    if (is_pressing && (stop_requested() || elapsed > seconds)) {
      is_pressing = false;
      load.stop();
      if (stop_requested()) unlocked.stop(), locked.stop();
    }
    if (is_pressing) HF_TRY(load.keep_going());
    output.progress(std::to_string(static_cast<int>(elapsed)) + " s  " +
                    std::to_string(load.loads()) + " runs of MemLoad");
    usleep(kPollMilliseconds * 1000);
  }
  load.stop();
  return Done{};
}

Result<Nanos> parse_length(const DemoOptions& options) {
  HF_TRY_ASSIGN(const Nanos duration, parse_duration(options.duration));
  if (duration >= kShortest) return duration;
  return usage_error("--for must be 3s or more, not " + options.duration);
}

Result<DemoResult> measure(Stage& stage, const DemoOptions& options, Nanos duration,
                           Output& output) {
  HF_TRY_ASSIGN(const std::string mem_load, find_mem_load());
  HF_TRY_ASSIGN(RunningCounter unlocked, RunningCounter::start(stage, options.duration, false));
  HF_TRY_ASSIGN(RunningCounter locked, RunningCounter::start(stage, options.duration, true));
  wait_for_stop(1000);  // both have opened their devices before the pressure begins
  LoadLoop load(mem_load, stage);
  const double seconds = static_cast<double>(duration.count) / static_cast<double>(kSecond.count);
  HF_TRY(press(unlocked, locked, load, seconds - 1, output));
  DemoResult result;
  result.seconds = duration.count / kSecond.count;
  result.limit_bytes = stage.cgroup ? kLimitBytes : 0;
  result.swap_bytes = stage.swap_bytes;
  result.loads = load.loads();
  result.missing = stage.missing;
  result.block_frames = stage.block_frames();
  if (!stage.cgroup) result.page_out_every = kPageOutEvery;
  HF_TRY_ASSIGN(result.unlocked, unlocked.result());
  HF_TRY_ASSIGN(result.locked, locked.result());
  return result;
}

Result<DemoResult> demonstrate(const DemoOptions& options, Output& output) {
  HF_TRY_ASSIGN(const Nanos duration, parse_length(options));
  HF_TRY_ASSIGN(Stage stage, build_stage());
  auto result = measure(stage, options, duration, output);
  HF_TRY(stage.watchdog.finish());
  return result;
}

int run_demo(const DemoOptions& options) {
  Output output(kDemoProgram, options.output);
  const auto result = demonstrate(options, output);
  if (!result) return output.finish(fail(kDemoProgram, result.error()));
  if (output.is_json()) {
    output.line(demo_json(*result));
  } else {
    output.text(demo_text(*result));
  }
  return output.finish(judge(*result) == DemoVerdict::kShown ? kHolds : kGlitches);
}

}  // namespace

Command add_demo(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("demo", "Show in half a minute what memory pressure does to audio");
  auto options = std::make_shared<DemoOptions>();
  command->add_option("--for", options->duration, "How long to press, e.g. 30s or 2min")
      ->capture_default_str();
  add_output_options(*command, options->output);
  command->footer(
      "Presses only its own memory cgroup, and leaves nothing behind, also when it is killed.\n"
      "Strongest as root, who may make a cgroup and a temporary swap file of 256 MiB.\n"
      "Example: sudo holdfast demo --for 30s\n"
      "Exit codes: 0 shown, 1 not shown, 2 usage, 3 cannot be done here");
  return {command, [options] { return run_demo(*options); }};
}

}  // namespace holdfast::cmd
