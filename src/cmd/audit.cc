// SPDX-License-Identifier: MIT
// holdfast audit: every call of a program that locks memory, with its caller and what the limit has
// left; then which pages of its real-time threads are locked, and what nobody locked. Read-only: it
// stops the program at these calls, and changes nothing.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/duration.h"
#include "cmd/audit_run.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "probe/file_descriptor.h"
#include "probe/page_cache_linux.h"
#include "report/audit_json.h"
#include "report/coverage_text.h"
#include "report/printable.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kAuditProgram = "holdfast audit";

struct AuditOptions {
  OutputOptions output;
  std::vector<std::string> program;
  int pid = 0;
  std::string thread;
  std::string duration;
  std::string file;
  bool is_showing_stacks = false;
  bool is_once = false;
};

Result<> check(const AuditOptions& options) {
  const auto usage = [](const std::string& what) { return usage_error(what); };
  if (options.program.empty() && options.pid == 0) {
    return usage("which program? Say -- PROGRAM [ARGUMENTS], or --pid PID");
  }
  if (!options.program.empty() && options.pid != 0) {
    return usage("either --pid or a program to start, not both");
  }
  if (options.pid == getpid()) return usage("--pid is this program itself");
  if (options.is_once && options.pid == 0) return usage("--once needs --pid");
  if (options.is_once && !options.duration.empty())
    return usage("either --once or --for, not both");
  return Done{};
}

/// Results go to a file, or to stdout; where stdout belongs to the audited program, to stderr.
class AuditPrinter {
 public:
  static Result<AuditPrinter> open(const AuditOptions& options, Output& output) {
    AuditPrinter printer(options, output);
    if (options.file.empty()) return printer;
    constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC;
    constexpr mode_t kMode = 0666;
    printer.file_ = probe::FileDescriptor(::open(options.file.c_str(), kFlags, kMode));
    if (printer.file_.number() >= 0) return printer;
    Error error = system_error("cannot write " + options.file, errno);
    error.kind = ErrorKind::kUnavailable;
    return error;
  }

  void begin() {
    if (!is_json()) text(audit_heading());
  }

  void call(const AuditedCall& call) {
    if (is_json()) return text(audit_call_json(call, probe::page_bytes()) + "\n");
    text(call_text(call, probe::page_bytes()));
    if (is_showing_stacks_) text(stack_text(call));
  }

  void missing(const Unavailable& missing) {
    if (is_json()) return text(audit_missing_json(missing) + "\n");
    const std::string advice = missing.how_to_get_it.empty() ? "" : " -- " + missing.how_to_get_it;
    output_->advice("unknown: " + missing.why + advice + "\n");
  }

  void result(const AuditResult& result) {
    if (!is_json()) {
      if (result.tally.calls() > 0) text("\n" + callers_text(result.tally));
      for (const ThreadCoverage& coverage : result.coverage) text("\n" + coverage_text(coverage));
      return text("\n" + audit_summary_text(result.summary));
    }
    for (const CallerSum& sum : result.tally.callers()) text(audit_caller_json(sum) + "\n");
    for (const ThreadCoverage& coverage : result.coverage) {
      text(audit_coverage_json(coverage) + "\n");
    }
    text(audit_summary_json(result.summary) + "\n");
  }

  /// What became of the file.
  [[nodiscard]] Result<> finish() const {
    if (write_errno_ == 0) return Done{};
    Error error = system_error("cannot write the file of --output", write_errno_);
    error.kind = ErrorKind::kUnavailable;
    return error;
  }

 private:
  AuditPrinter(const AuditOptions& options, Output& output)
      : output_(&output),
        is_stdout_(options.program.empty()),
        is_showing_stacks_(options.is_showing_stacks) {}

  [[nodiscard]] bool is_json() const { return output_->is_json(); }

  void text(const std::string& lines) {
    if (file_.number() >= 0) return write_file(printable(lines));
    is_stdout_ ? output_->text(lines) : output_->advice(lines);
  }

  void write_file(std::string_view bytes) {
    while (!bytes.empty() && write_errno_ == 0) {
      const ssize_t written = write(file_.number(), bytes.data(), bytes.size());
      if (written >= 0) {
        bytes.remove_prefix(static_cast<size_t>(written));
      } else if (errno != EINTR) {
        write_errno_ = errno;
      }
    }
  }

  Output* output_;
  bool is_stdout_;
  bool is_showing_stacks_;
  probe::FileDescriptor file_;
  int write_errno_ = 0;
};

int code_of(const AuditSummary& summary) {
  if (!summary.holds) return kNotTrustworthy;
  return *summary.holds ? kHolds : kGlitches;
}

Result<int> audit(const AuditOptions& options, Output& output) {
  HF_TRY(check(options));
  AuditRunOptions run;
  run.program = options.program;
  run.pid = options.pid;
  run.thread = options.thread;
  if (!options.duration.empty()) {
    HF_TRY_ASSIGN(run.duration, parse_duration(options.duration));
    if (run.duration == Nanos(0)) {
      return usage_error("--for must be longer than 0s");
    }
  }
  HF_TRY_ASSIGN(AuditPrinter printer, AuditPrinter::open(options, output));
  run.on_start = [&] { printer.begin(); };
  run.on_call = [&](const AuditedCall& call) { printer.call(call); };
  run.on_missing = [&](const Unavailable& missing) { printer.missing(missing); };
  HF_TRY_ASSIGN(const AuditResult result, options.is_once ? look_at_locks(run) : run_audit(run));
  printer.result(result);
  HF_TRY(printer.finish());
  return code_of(result.summary);
}

int run_audit_command(const AuditOptions& options) {
  Output output(kAuditProgram, options.output);
  return output.finish(audit(options, output));
}

}  // namespace

Command add_audit(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "audit", "Show every call that locks memory, its caller, and what nobody locked");
  auto options = std::make_shared<AuditOptions>();
  command
      ->add_option("--pid", options->pid,
                   "Attach to this process; each of its system calls then takes longer")
      ->check(CLI::Range(1, 1 << 22));
  command->add_flag("--once", options->is_once,
                    "With --pid: only what is locked now, without attaching");
  command->add_option("--thread", options->thread,
                      "Id or name of the threads to judge (default: all real-time threads)");
  command->add_option("--for", options->duration,
                      "End after this time, e.g. 10s; a program that was started is ended, too");
  command->add_flag("--stack", options->is_showing_stacks,
                    "Print the whole call stack of each call");
  command->add_option("--output", options->file,
                      "Write results there (default: stdout; with a program, stderr)");
  command->add_option("program", options->program, "Start and follow this: -- PROGRAM [ARGUMENTS]");
  add_output_options(*command, options->output);
  command->footer(
      "Example: holdfast audit -- jackd -R -d dummy\n"
      "Sees raw system calls and static programs as well; follows threads and children.\n"
      "Exit codes: 0 all that these threads use is locked, 1 not, 2 usage, 3 cannot be done here, "
      "4 unknown");
  return {command, [options] { return run_audit_command(*options); }};
}

}  // namespace holdfast::cmd
