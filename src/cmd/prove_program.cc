// SPDX-License-Identifier: MIT
// holdfast prove-program: not for people. What `prove` starts for each block of an experiment on an
// unmodified program: the program alone, or under `holdfast run` with the plan of one arm, and a
// look at its audio thread from outside. It writes one line of JSON. The counted time begins when
// the thread is there, and what its arm locks is locked, for as long as the washout.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "act/child_process.h"
#include "act/small_file.h"
#include "base/duration.h"
#include "cmd/block_count.h"
#include "cmd/command.h"
#include "cmd/counter.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "core/json_member.h"
#include "core/judge.h"
#include "core/thread_choice.h"
#include "probe/child_processes_linux.h"
#include "probe/clock_linux.h"
#include "probe/process_linux.h"
#include "report/prove_json.h"
#include "session/thread_run.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kProgramBlock = "holdfast prove-program";
/// Until the program has an audio thread, and again until what it needs is locked: under pressure
/// both take seconds.
constexpr Nanos kStartPatience = kSecond * 20;
constexpr Nanos kLockPatience = kSecond * 20;
/// Until it has ended by itself.
constexpr Nanos kEndPatience = kSecond * 3;
constexpr int kLookMilliseconds = 50;
constexpr size_t kReportBytes = 65536;

struct ProgramBlockOptions {
  std::string arm;
  std::string block;
  std::string washout;
  std::string directory;  ///< Private: for what the program and `run` write.
  std::string thread;     ///< Which one; empty: the real-time thread.
  audio::StreamFormat format;
  std::vector<std::string> program;
};

/// The audio thread of a program, and the process that it belongs to.
struct FoundThread {
  pid_t pid = 0;
  ThreadChoice choice;
};

/// In `pid` or any process it has started; nothing as long as there is none.
std::optional<FoundThread> find_thread(pid_t pid, const std::string& wanted) {
  for (const pid_t process : probe::read_descendants(pid)) {
    const auto threads = probe::read_threads(process);
    if (!threads || (wanted.empty() && realtime_threads(*threads).empty())) continue;
    auto choice = choose_thread(*threads, process, wanted);
    if (choice) return FoundThread{process, std::move(*choice)};
  }
  return std::nullopt;
}

std::string last_line(const std::string& path) {
  auto text = act::read_end_of_file(path, 2000);
  if (!text) return "";
  while (text->ends_with('\n')) text->pop_back();
  const size_t begin = text->rfind('\n');
  const std::string line = begin == std::string::npos ? *text : text->substr(begin + 1);
  return line.empty() ? "" : "; its last words: " + line.substr(0, 200);
}

/// One block of a program, from its start to its end.
class ProgramBlock {
 public:
  ProgramBlock(const ProgramBlockOptions& options, LockArm arm, Nanos washout, Nanos block)
      : options_(options), arm_(arm), washout_(washout), block_(block), count_(result_) {}

  Result<BlockResult> run() {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    HF_TRY_ASSIGN(act::ChildProcess child, act::ChildProcess::start(child_options()));
    child_.emplace(std::move(child));
    const auto thread = wait_for_thread();
    if (thread) HF_TRY(watch(*thread));
    end_program();
    if (arm_ != LockArm::kNone) read_report();
    return result_;
  }

 private:
  [[nodiscard]] std::string report_path() const { return options_.directory + "/run-report"; }
  [[nodiscard]] std::string output_path() const { return options_.directory + "/program-output"; }

  [[nodiscard]] act::ChildOptions child_options() const {
    act::ChildOptions child;
    child.output_path = output_path();
    if (arm_ != LockArm::kNone) {
      child.command = {
          "/proc/self/exe", "run",         "--plan", arm_ == LockArm::kAll ? "all" : "auto",
          "--report",       report_path(), "--json", "--"};
    }
    child.command.insert(child.command.end(), options_.program.begin(), options_.program.end());
    return child;
  }

  std::optional<FoundThread> wait_for_thread() {
    const Nanos end = probe::monotonic_now() + kStartPatience;
    while (!stop_requested() && child_->is_running()) {
      if (auto thread = find_thread(child_->pid(), options_.thread)) return thread;
      if (probe::monotonic_now() >= end) {
        result_.trouble = "the program had no " +
                          (options_.thread.empty() ? std::string("real-time thread")
                                                   : "thread '" + options_.thread + "'") +
                          " after " + to_text(kStartPatience) + last_line(output_path());
        return std::nullopt;
      }
      wait_for_stop(kLookMilliseconds);
    }
    note_end();
    return std::nullopt;
  }

  Result<> watch(const FoundThread& thread) {
    CountOptions options;
    options.stream.format = options_.format;
    const auto observer =
        session::Observer::start({thread.pid, thread.choice.thread.id, Observation::kAllEvents});
    if (observer->level() < Observation::kUserEvents) {
      const auto& why = observer->limitations();
      result_.trouble = "its sleeps and wakes are not to be seen: " +
                        (why.empty() ? std::string("it cannot be observed") : why.front().why);
      return Done{};
    }
    SessionInfo info = describe_run(options);
    info.position_source = PositionSource::kClockEstimate;
    engage_observer(options, *observer, thread.choice.thread.id, info);
    if (!info.limitations.empty()) result_.limitation = info.limitations.front();
    Judge judge(info, [this](const Glitch& glitch) { count_.take(glitch); });
    count_from(probe::monotonic_now() + washout_);
    session::ThreadRun run(*observer, options_.format);
    const auto ended = run.run(
        Nanos(0),
        [&](std::span<const Record> records) {
          judge.take(records);
          return Result<>(Done{});
        },
        [&](int milliseconds) {
          wait_for_stop(milliseconds);
          return look(thread);
        });
    if (!ended) return ended.error();
    judge.finish();
    if (*ended == EndReason::kThreadEnded) note_end();
    result_.seconds = counted_seconds(time_, probe::monotonic_now());
    result_.lost_facts = judge.summary().lost_facts;
    return Done{};
  }

  /// What is due now; true when the block is over.
  bool look(const FoundThread& thread) {
    const Nanos now = probe::monotonic_now();
    if (!is_locked()) {
      if (now < thread_seen_ + kLockPatience) {
        count_from(now + washout_);
      } else {
        result_.trouble = "holdfast run had not locked what it needs after " +
                          to_text(kLockPatience) + last_line(output_path());
        return true;
      }
    }
    if (now >= time_.begin && !before_) before_ = faults_of(thread);
    if (before_ && now < time_.end) {
      const FaultCounts faults = faults_of(thread);
      result_.major_faults = faults.major - before_->major;
      result_.minor_faults = faults.minor - before_->minor;
    }
    return stop_requested() || now >= time_.end + kBlockTail;
  }

  struct FaultCounts {
    int64_t major = 0;
    int64_t minor = 0;
  };

  static FaultCounts faults_of(const FoundThread& found) {
    const auto threads = probe::read_threads(found.pid);
    if (!threads) return {};
    for (const TaskStat& thread : *threads) {
      if (thread.id == found.choice.thread.id) return {thread.major_faults, thread.minor_faults};
    }
    return {};
  }

  /// Looks into what `run` reports as soon as it has locked.
  bool is_locked() {
    if (arm_ == LockArm::kNone || is_locked_) return true;
    const auto report = act::read_end_of_file(report_path(), kReportBytes);
    is_locked_ = report && report->find("\"event\":\"protected\"") != std::string::npos;
    return is_locked_;
  }

  void count_from(Nanos begin) {
    if (thread_seen_ == Nanos(0)) thread_seen_ = probe::monotonic_now();
    time_ = {begin, begin + block_};
    count_.begin(time_);
  }

  void note_end() {
    if (child_->is_running() || stop_requested()) return;
    result_.trouble = "the program ended with exit code " + std::to_string(child_->exit_code()) +
                      last_line(output_path());
  }

  /// And whatever it has started: orphans are ours.
  void end_program() {
    child_->send(SIGTERM);
    const Nanos end = probe::monotonic_now() + kEndPatience;
    while (child_->is_running() && probe::monotonic_now() < end) usleep(kLookMilliseconds * 1000);
    for (const pid_t process : probe::read_descendants(getpid())) {
      if (process != getpid()) kill(process, SIGKILL);
    }
  }

  void read_report() {
    const auto report = act::read_end_of_file(report_path(), kReportBytes);
    const size_t begin = report
                             ? report->rfind("{\"schema\":\"holdfast.run/1\",\"event\":\"summary\"")
                             : std::string::npos;
    if (begin == std::string::npos) return;
    const auto locked = integer_member(std::string_view(*report).substr(begin), "locked_bytes");
    result_.locked_bytes = locked.value_or(0);
  }

  const ProgramBlockOptions& options_;
  LockArm arm_;
  Nanos washout_;
  Nanos block_;
  BlockResult result_;
  BlockCount count_;
  CountedTime time_;
  std::optional<act::ChildProcess> child_;
  std::optional<FaultCounts> before_;
  Nanos thread_seen_;
  bool is_locked_ = false;
};

Result<BlockResult> measure_program(const ProgramBlockOptions& options, LockArm arm) {
  HF_TRY_ASSIGN(const Nanos block, parse_duration(options.block));
  HF_TRY_ASSIGN(const Nanos washout, parse_duration(options.washout));
  ProgramBlock run(options, arm, washout, block);
  return run.run();
}

int run_program_block(const ProgramBlockOptions& options) {
  Output output(kProgramBlock, {});
  const auto arms = parse_arms(options.arm + "," + options.arm);
  if (!arms) return fail(kProgramBlock, arms.error());
  ExperimentDesign design;
  design.arms = {arms->front()};
  const auto result = measure_program(options, arms->front());
  if (!result) return fail(kProgramBlock, result.error());
  output.line(prove_block_json(design, *result));
  return output.finish(kHolds);
}

}  // namespace

/// An empty group hides it from --help.
Command add_prove_program(CLI::App& app) {
  CLI::App* command = app.add_subcommand("prove-program", "One block of a program's experiment");
  command->group("");
  auto options = std::make_shared<ProgramBlockOptions>();
  command->add_option("--arm", options->arm)->required();
  command->add_option("--for", options->block)->required();
  command->add_option("--washout", options->washout)->required();
  command->add_option("--directory", options->directory)->required();
  command->add_option("--thread", options->thread);
  command->add_option("--frames", options->format.block_frames);
  command->add_option("--rate", options->format.rate_hz);
  command->add_option("program", options->program)->required();
  return {command, [options] { return run_program_block(*options); }};
}

}  // namespace holdfast::cmd
