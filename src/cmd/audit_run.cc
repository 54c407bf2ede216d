// SPDX-License-Identifier: MIT
#include "cmd/audit_run.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "cmd/exit.h"
#include "core/thread_choice.h"
#include "probe/clock_linux.h"
#include "probe/lock_coverage_linux.h"
#include "probe/proc_file_linux.h"
#include "probe/process_linux.h"
#include "probe/traced_child_linux.h"

namespace holdfast::cmd {
namespace {

constexpr Nanos kLongestWait = kMillisecond * 100;  // for what a signal could not tell
constexpr Nanos kPatienceAtEnd = kSecond * 5;
constexpr Nanos kPatienceForSymbols = kSecond * 30;
/// Looks before an unlock, per process: one that locks and unlocks all the time is not held up more
/// often.
constexpr int kMostLooksBeforeUnlock = 64;

Result<TaskStat> read_thread(pid_t pid, pid_t thread) {
  HF_TRY_ASSIGN(const std::string line,
                probe::read_proc_file(probe::task_path("/proc", pid, thread, "stat")));
  return parse_proc_stat(line);
}

/// The looks at threads, of which the fullest of each is kept.
class CoverageBook {
 public:
  explicit CoverageBook(const AuditRunOptions& options) : options_(options) {}

  [[nodiscard]] bool is_judged(const TaskStat& thread) const {
    if (options_.thread.empty()) return thread.is_realtime();
    return thread.name == options_.thread || std::to_string(thread.id) == options_.thread;
  }

  /// All threads of a process that are judged and have not ended: for a moment, those that have are
  /// listed still, without a stack.
  void look_at_all(pid_t pid, CoverageMoment moment) {
    const auto threads = probe::read_threads(pid);
    if (!threads) return;
    for (const TaskStat& thread : *threads) {
      if (is_judged(thread) && !ended_.contains(thread.id)) look(pid, thread.id, moment);
    }
  }

  /// A thread's last look.
  void look_at_end(pid_t pid, const TaskStat& thread) {
    if (!is_judged(thread)) return;
    look(pid, thread.id, CoverageMoment::kThreadEnd);
    ended_.insert(thread.id);
  }

  /// For when nothing is real-time: the main thread.
  void look_at_main(pid_t pid, CoverageMoment moment) {
    if (options_.thread.empty() && judged_.empty()) look_into(main_, pid, pid, moment);
  }

  /// The main thread of the process that locked most, where no thread was judged.
  std::vector<ThreadCoverage> take() {
    std::vector<ThreadCoverage> all;
    for (auto& [id, coverage] : judged_) {
      coverage.reason = options_.thread.empty() ? "real-time" : "as asked";
      all.push_back(std::move(coverage));
    }
    if (!all.empty() || main_.empty()) return all;
    auto most = std::ranges::max_element(
        main_, {}, [](const auto& entry) { return entry.second.held_bytes(); });
    most->second.reason = "the main thread, since no thread is real-time";
    all.push_back(std::move(most->second));
    return all;
  }

 private:
  using Coverages = std::map<std::pair<pid_t, pid_t>, ThreadCoverage>;

  void look(pid_t pid, pid_t thread, CoverageMoment moment) {
    look_into(judged_, pid, thread, moment);
  }

  void look_into(Coverages& coverages, pid_t pid, pid_t thread, CoverageMoment moment) {
    std::vector<Unavailable> missing;
    auto now = probe::read_lock_coverage(pid, thread, moment, missing);
    for (const Unavailable& each : missing) tell(each);
    const auto known = coverages.find({pid, thread});
    if (!now && known != coverages.end()) return;  // it is ending, and was seen before
    if (!now) {
      const std::string who = "thread " + std::to_string(thread);
      return tell({"what is locked for " + who + ": " + now.error().what, ""});
    }
    if (known == coverages.end()) {
      coverages.emplace(std::pair(pid, thread), std::move(*now));
    } else if (&fuller(known->second, *now) == &*now) {
      known->second = std::move(*now);
    }
  }

  void tell(const Unavailable& missing) {
    if (told_.insert(missing.why).second) options_.on_missing(missing);
  }

  const AuditRunOptions& options_;
  Coverages judged_;
  Coverages main_;
  std::set<pid_t> ended_;
  std::set<std::string> told_;
};

/// Everything between the tracer and the user.
class Auditor {
 public:
  explicit Auditor(const AuditRunOptions& options)
      : options_(options),
        book_(options),
        symbolizer_({.root = options.pid == 0 ? "" : session::root_folder_of(options.pid),
                     .patience = kPatienceForSymbols}),
        tracer_({[this](pid_t pid, pid_t, const LockCall& call) { before(pid, call); },
                 [this](probe::TracedCall call) { after(std::move(call)); },
                 [this](pid_t pid, pid_t thread) { at_end_of_thread(pid, thread); },
                 [this](pid_t pid) { at_exec(pid); },
                 [this](pid_t pid, int status) { at_end_of_process(pid, status); }}) {}

  Result<> start() {
    if (options_.program.empty()) return tracer_.attach(options_.pid);
    HF_TRY(tracer_.start(options_.program));
    if (tracer_.is_stopping_at_every_call()) {
      options_.on_missing({"the kernel takes no filter for system calls",
                           "every system call stops the program: it runs much slower"});
    }
    return Done{};
  }

  void run() {
    const Nanos end = options_.duration > Nanos(0) ? probe::monotonic_now() + options_.duration
                                                   : Nanos(INT64_MAX);
    while (!tracer_.has_ended() && !stop_requested()) {
      const Nanos now = probe::monotonic_now();
      if (now >= end) break;
      turn(std::min(end - now, kLongestWait));
    }
    if (!tracer_.has_ended()) finish();
    tell_pending();
  }

  AuditResult take_result() {
    AuditResult result = {std::move(tally_), book_.take(), summary_};
    AuditSummary& summary = result.summary;
    summary.calls = result.tally.calls();
    summary.failed = result.tally.failed();
    summary.least_left_bytes = result.tally.least_left_bytes();
    summary.processes = tracer_.processes();
    summary.stops = tracer_.stops();
    return result;
  }

 private:
  /// What is known about a process.
  struct Process {
    std::optional<session::CallNames> names;
    std::string name;
    bool has_new_locks = false;
    int looks_before_unlock = 0;
  };
  struct Pending {
    probe::TracedCall traced;
    AuditedCall audited;
  };

  void turn(Nanos longest) {
    tracer_.wait(longest);
    tell_pending();
  }

  Process& process(pid_t pid) {
    Process& known = processes_[pid];
    if (!known.name.empty()) return known;
    const auto status = probe::read_process_status(pid);
    known.name = status ? status->name : "?";
    auto names = session::CallNames::open(pid, symbolizer_);
    if (names) known.names.emplace(std::move(*names));
    return known;
  }

  void before(pid_t pid, const LockCall& call) {
    if (effect_of(call.kind) != LockEffect::kUnlocks) return;
    Process& caller = process(pid);
    if (!std::exchange(caller.has_new_locks, false)) return;
    if (caller.looks_before_unlock++ >= kMostLooksBeforeUnlock) return;
    book_.look_at_all(pid, CoverageMoment::kBeforeUnlock);
  }

  void after(probe::TracedCall traced) {
    Process& caller = process(traced.pid);
    AuditedCall call;
    call.index = ++calls_;
    call.utc = traced.time + probe::utc_minus_monotonic();
    call.pid = traced.pid;
    call.thread = traced.thread;
    call.process = caller.name;
    call.call = traced.call;
    call.result = traced.result;
    call.error = traced.error;
    if (const auto thread = read_thread(traced.pid, traced.thread)) {
      call.thread_name = thread->name;
      call.is_realtime = thread->is_realtime();
    }
    if (auto room = probe::read_lock_room(traced.pid)) call.room = *room;
    if (effect_of(call.call.kind) == LockEffect::kLocks) caller.has_new_locks = true;
    if (caller.names) caller.names->look(traced);
    pending_.push_back({std::move(traced), std::move(call)});
  }

  void tell_pending() {
    for (Pending& pending : std::exchange(pending_, {})) {
      const auto caller = processes_.find(pending.traced.pid);
      if (caller != processes_.end() && caller->second.names) {
        caller->second.names->name(pending.traced, pending.audited);
      }
      for (const Unavailable& missing : symbolizer_.take_missing()) options_.on_missing(missing);
      tally_.add(pending.audited);
      options_.on_call(pending.audited);
    }
  }

  void at_exec(pid_t pid) {
    processes_.erase(pid);
    const bool may_gain_rights = options_.program.empty() || geteuid() == 0;
    if (may_gain_rights || !probe::has_rights_of_its_own(pid)) return;
    const auto path = probe::read_program_path(pid);
    options_.on_missing({(path ? *path : "the program") +
                             " is setuid or has capabilities, and runs without them while audited",
                         "run holdfast audit as root, or attach to it with --pid as root"});
  }

  void at_end_of_thread(pid_t pid, pid_t thread) {
    const auto stat = read_thread(pid, thread);
    if (!stat) return;
    book_.look_at_end(pid, *stat);
    if (thread == pid) book_.look_at_main(pid, CoverageMoment::kThreadEnd);
  }

  void at_end_of_process(pid_t pid, int status) {
    tell_pending();
    processes_.erase(pid);
    if (pid != tracer_.root()) return;
    if (WIFEXITED(status)) summary_.program_exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) summary_.program_signal = WTERMSIG(status);
  }

  /// The audit ends before the program does.
  void finish() {
    for (const pid_t pid : tracer_.live_processes()) {
      book_.look_at_all(pid, CoverageMoment::kNow);
      book_.look_at_main(pid, CoverageMoment::kNow);
    }
    if (options_.program.empty()) return tracer_.detach();
    tracer_.signal_root(SIGTERM);
    const Nanos end = probe::monotonic_now() + kPatienceAtEnd;
    while (!tracer_.has_ended() && probe::monotonic_now() < end) turn(kLongestWait);
    tracer_.kill_all();
  }

  const AuditRunOptions& options_;
  CoverageBook book_;
  session::Symbolizer symbolizer_;
  std::map<pid_t, Process> processes_;
  std::vector<Pending> pending_;
  LockTally tally_;
  AuditSummary summary_;
  int64_t calls_ = 0;
  probe::CallTracer tracer_;  ///< Last: its end still calls the handlers.
};

void judge(AuditResult& result) {
  AuditSummary& summary = result.summary;
  summary.threads = static_cast<int64_t>(result.coverage.size());
  bool are_all_known = !result.coverage.empty();
  for (const ThreadCoverage& coverage : result.coverage) {
    summary.open_bytes += static_cast<int64_t>(coverage.open_bytes());
    are_all_known = are_all_known && coverage.are_locks_known;
  }
  if (are_all_known) summary.holds = summary.open_bytes == 0;
}

}  // namespace

Result<AuditResult> run_audit(const AuditRunOptions& options) {
  Auditor auditor(options);
  HF_TRY(auditor.start());
  options.on_start();
  auditor.run();
  AuditResult result = auditor.take_result();
  judge(result);
  return result;
}

Result<AuditResult> look_at_locks(const AuditRunOptions& options) {
  CoverageBook book(options);
  HF_TRY(probe::read_process_status(options.pid));
  HF_TRY(probe::read_mappings(options.pid));  // the error of a process that is not ours
  book.look_at_all(options.pid, CoverageMoment::kNow);
  book.look_at_main(options.pid, CoverageMoment::kNow);
  AuditResult result;
  result.coverage = book.take();
  result.summary.has_followed = false;
  judge(result);
  return result;
}

}  // namespace holdfast::cmd
