// SPDX-License-Identifier: MIT
// holdfast run: runs an unmodified program and keeps in memory what its real-time threads need. The
// program keeps its standard streams, its signals and its exit code; what was done for it goes to
// standard error, or into a file.
#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "cmd/run_program.h"
#include "core/byte_size.h"
#include "core/lock_planner.h"
#include "core/saved_plan.h"
#include "probe/file_descriptor.h"
#include "probe/page_cache_linux.h"
#include "report/printable.h"
#include "report/run_text.h"
#include "session/trace_file.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kProgram = "holdfast run";
constexpr const char* kTraceEnding = ".hft";

struct RunWords {
  bool is_json = false;
  std::string plan = "auto";
  std::string limit;
  std::string keep_warm = "auto";
  std::string keep_warm_every = "5ms";
  std::string random_access = "auto";
  std::string report;
  std::vector<std::string> program;
};

RunRemedy remedy_of(const std::string& word) {
  if (word == "on") return RunRemedy::kAlways;
  return word == "off" ? RunRemedy::kNever : RunRemedy::kWhereNeeded;
}

/// What a trace's thread faulted on, in the plan's order.
Result<std::vector<PlannedLock>> plan_of_trace(const std::string& path) {
  HF_TRY_ASSIGN(TraceReader reader, session::open_trace(path));
  LockPlanner touches(probe::page_bytes());
  for (auto records = reader.next(); !records.empty(); records = reader.next()) {
    touches.take(records);
  }
  return touches.plan(reader.info().observed_thread, INT64_MAX).locks;
}

Result<std::vector<PlannedLock>> read_plan(const std::string& path) {
  if (path.ends_with(kTraceEnding)) return plan_of_trace(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) return system_error("cannot read the plan " + path, errno);
  std::ostringstream text;
  text << file.rdbuf();
  auto plan = parse_saved_plan(text.str());
  if (!plan) return std::move(plan.error()).in(path);
  return plan;
}

Result<RunOptions> read_options(const RunWords& words) {
  RunOptions options;
  options.program = words.program;
  RunPolicy& policy = options.policy;
  policy.keep_warm = remedy_of(words.keep_warm);
  policy.random_access = remedy_of(words.random_access);
  HF_TRY_ASSIGN(options.keep_warm_every, parse_duration(words.keep_warm_every));
  if (options.keep_warm_every < kMillisecond || options.keep_warm_every > kSecond * 60) {
    return usage_error("--keep-warm-every takes 1ms to 1min");
  }
  if (!words.limit.empty()) {
    HF_TRY_ASSIGN(policy.limit_bytes, parse_byte_size(words.limit));
  }
  if (words.plan == "auto") return options;
  policy.plan = words.plan == "all" ? RunPlan::kAll : RunPlan::kFile;
  if (policy.plan == RunPlan::kAll) return options;
  HF_TRY_ASSIGN(policy.saved, read_plan(words.plan));
  return options;
}

/// Where the report goes. Opened before the program begins, so that it can be written at its end.
class ReportFile {
 public:
  static Result<ReportFile> open_at(const std::string& path) {
    if (path.empty()) return ReportFile(probe::FileDescriptor());
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) return system_error("cannot write the report to " + path, errno);
    return ReportFile(probe::FileDescriptor(file));
  }

  /// False when it could not be written.
  bool write(const std::string& text) const {
    const std::string shown = printable(text);
    const int file = file_.number() >= 0 ? file_.number() : STDERR_FILENO;
    for (size_t done = 0; done < shown.size();) {
      const ssize_t written = ::write(file, shown.data() + done, shown.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      done += static_cast<size_t>(written);
    }
    return true;
  }

 private:
  explicit ReportFile(probe::FileDescriptor file) : file_(std::move(file)) {}

  probe::FileDescriptor file_;  ///< None: standard error.
};

Result<int> run(const RunWords& words) {
  HF_TRY_ASSIGN(RunOptions options, read_options(words));
  HF_TRY_ASSIGN(const ReportFile file, ReportFile::open_at(words.report));
  const bool tells_at_once = !words.report.empty();
  options.on_protected = [&](const RunProcess& process) {
    if (!tells_at_once) return;  // standard error is the program's while it runs
    file.write((words.is_json ? protected_json(process) : protected_text(process)) + "\n");
  };
  HF_TRY_ASSIGN(const RunReport report, run_program(options));
  file.write(words.is_json ? run_json(report) : run_text(report));
  return report.exit_code;
}

int run_run(const RunWords& words) {
  const auto code = run(words);
  return code ? *code : fail(kProgram, code.error());
}

void add_remedies(CLI::App& command, RunWords& words) {
  const CLI::IsMember choices({"auto", "on", "off"});
  command
      .add_option(
          "--keep-warm", words.keep_warm,
          "Touch pages every few milliseconds: auto (those that found no room to be locked), "
          "on (all of the plan), off")
      ->check(choices)
      ->capture_default_str();
  command.add_option("--keep-warm-every", words.keep_warm_every, "How often")
      ->capture_default_str();
  command
      .add_option("--random-access", words.random_access,
                  "No read-ahead where a page has to come back (MADV_RANDOM): auto, on, off")
      ->check(choices)
      ->capture_default_str();
}

}  // namespace

Command add_run(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("run", "Run a program and keep in memory what its audio threads need");
  auto words = std::make_shared<RunWords>();
  command
      ->add_option("--plan", words->plan,
                   "What to lock: auto (what real-time threads are seen to need), all "
                   "(mlockall), or a file: of holdfast plan --json, or a trace (.hft)")
      ->capture_default_str();
  command->add_option("--limit", words->limit,
                      "Lock no more than this, e.g. 2M (default: the lock limit)");
  add_remedies(*command, *words);
  command->add_option("--report", words->report,
                      "Write the report into this file (default: stderr)");
  command->add_flag("--json", words->is_json, "Write the report as JSON Lines");
  command->add_option("program", words->program, "-- PROGRAM [ARGUMENTS]")->required();
  command->footer(
      "The program's streams, signals and exit code are its own (128 + n when signal n ended it).\n"
      "Example: holdfast run -- jackd -R -d alsa\n"
      "Exit codes: the program's, 2 usage, 3 cannot be done here");
  return {command, [words] { return run_run(*words); }};
}

}  // namespace holdfast::cmd
