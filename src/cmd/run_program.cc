// SPDX-License-Identifier: MIT
#include "cmd/run_program.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <set>

#include "act/child_process.h"
#include "act/injected_calls.h"
#include "act/lock_budget.h"
#include "act/machine_memory.h"
#include "act/program_channels.h"
#include "cmd/exit.h"
#include "cmd/program_check.h"
#include "cmd/protected_process.h"
#include "core/thread_choice.h"
#include "probe/child_processes_linux.h"
#include "probe/clock_linux.h"
#include "probe/file_descriptor.h"
#include "probe/process_linux.h"

namespace holdfast::cmd {
namespace {

constexpr int kLookMilliseconds = 50;
constexpr Nanos kTreeEvery = kMillisecond * 500;
/// A thread's stack is locked so far from its upper end before it runs in real time.
constexpr uint64_t kStackBytes = uint64_t{256} << 10;

/// Signals that end this program, and what becomes of them: the terminal sends them to the whole
/// group, so the program has had those already; all others are handed on.
class HandedOnSignals {
 public:
  HandedOnSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) {
      sigaddset(&signals, number);
    }
    sigprocmask(SIG_BLOCK, &signals, &before_);
    file_ = probe::FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  HandedOnSignals(const HandedOnSignals&) = delete;
  HandedOnSignals& operator=(const HandedOnSignals&) = delete;
  ~HandedOnSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

  [[nodiscard]] int descriptor() const { return file_.number(); }

  void hand_on(act::ChildProcess& child) {
    signalfd_siginfo info = {};
    while (read(file_.number(), &info, sizeof info) == sizeof info) {
      if (info.ssi_code != SI_KERNEL) child.send(static_cast<int>(info.ssi_signo));
    }
  }

 private:
  sigset_t before_ = {};
  probe::FileDescriptor file_;
};

/// Variables for the program alone.
class ProgramEnvironment {
 public:
  ProgramEnvironment(const std::string& library, const std::string& channels) {
    const char* const others = std::getenv("LD_PRELOAD");
    if (others != nullptr) before_ = others;
    const std::string all = before_.empty() ? library : library + ":" + before_;
    setenv("LD_PRELOAD", all.c_str(), 1);            // NOLINT(concurrency-mt-unsafe)
    setenv(kChannelsVariable, channels.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  ProgramEnvironment(const ProgramEnvironment&) = delete;
  ProgramEnvironment& operator=(const ProgramEnvironment&) = delete;
  ~ProgramEnvironment() {
    before_.empty() ? unsetenv("LD_PRELOAD") : setenv("LD_PRELOAD", before_.c_str(), 1);
    unsetenv(kChannelsVariable);
  }

 private:
  std::string before_;
};

std::string name_of(const ProgramChannel& channel) {
  return {channel.name, strnlen(channel.name, sizeof channel.name)};
}

/// One process that is followed, and for which program it runs.
struct Followed {
  std::unique_ptr<ProtectedProcess> process;
  ProgramChannel* channel = nullptr;  ///< nullptr: it has none.
  uint32_t execs = 0;
  bool is_attached = false;
  bool is_told = false;
};

class ProgramRun {
 public:
  ProgramRun(const RunOptions& options, ProgramChannels& channels, act::ChildProcess& child)
      : options_(options), channels_(channels), child_(child) {
    report_.command = options.program;
  }

  /// The first process is reached by ptrace, because nothing can be loaded into it.
  void attach_to_first(const std::string& why) {
    const int failure = act::try_to_inject(child_.pid());
    if (failure != 0) {
      report_.notes.push_back("the program is not protected: " + why +
                              ", and it cannot be attached to: " + system_error("", failure).what);
      return;
    }
    attach(child_.pid());
    report_.notes.push_back(why + ", so nothing can be loaded into it; it is reached with ptrace");
  }

  void run() {
    HandedOnSignals signals;
    if (stop_requested()) child_.send(SIGTERM);  // asked for before signals were handed on
    const probe::FileDescriptor end(static_cast<int>(syscall(SYS_pidfd_open, child_.pid(), 0)));
    while (child_.is_running()) {
      look();
      pollfd files[2] = {{end.number(), POLLIN, 0}, {signals.descriptor(), POLLIN, 0}};
      poll(files, 2, kLookMilliseconds);
      signals.hand_on(child_);
    }
  }

  RunReport finish() {
    report_.exit_code = child_.exit_code();
    find_new();  // those that came and went since the last look
    for (auto& [pid, followed] : followed_) {
      if (pid != child_.pid() && kill(pid, 0) == 0) {
        report_.notes.push_back("process " + std::to_string(pid) +
                                " runs on; what is locked stays so, but nothing is added");
      }
      retire(followed);
    }
    return std::move(report_);
  }

 private:
  void look() {
    const Nanos now = probe::monotonic_now();
    find_new();
    if (now >= next_tree_) {
      next_tree_ = now + kTreeEvery;
      look_at_tree();
    }
    for (auto followed = followed_.begin(); followed != followed_.end();) {
      if (followed->first != child_.pid() && kill(followed->first, 0) != 0) {
        retire(followed->second);
        followed = followed_.erase(followed);
        continue;
      }
      followed->second.process->look(now);
      tell(followed->second);
      ++followed;
    }
  }

  void tell(Followed& followed) {
    if (followed.is_told || !followed.process->is_protected()) return;
    followed.is_told = true;
    if (options_.on_protected) options_.on_protected(followed.process->report());
  }

  /// Processes that have claimed a channel, and those that run another program now.
  void find_new() {
    for (size_t i = 0; i < ProgramChannelsHead::kMost; ++i) {
      ProgramChannel& channel = channels_.channels[i];
      const pid_t pid = channels_.head.pids[i].load();
      const uint32_t execs = channel.execs.load();
      if (pid <= 0 || execs == 0) continue;
      const auto known = followed_.find(pid);
      if (known != followed_.end() && known->second.execs == execs) continue;
      if (known != followed_.end()) retire(known->second, false);
      Followed& followed = followed_[pid];
      followed = {std::make_unique<ProtectedProcess>(pid, name_of(channel), preload_route(channel),
                                                     options_.policy),
                  &channel, execs, false};
    }
  }

  /// What was known of it by way of its channel begins anew.
  void attach(pid_t pid) {
    const auto status = probe::read_process_status(pid);
    const std::string name = status ? status->name : "?";
    Followed& followed = followed_[pid];
    followed.process =
        std::make_unique<ProtectedProcess>(pid, name, attach_route(pid), options_.policy);
    followed.is_attached = true;
  }

  /// Descendants that nothing was loaded into matter once they have real-time threads.
  void look_at_tree() {
    for (const pid_t pid : probe::read_descendants(child_.pid())) {
      const auto known = followed_.find(pid);
      const bool is_followed = known != followed_.end() && is_served(known->second);
      if (is_followed || given_up_.contains(pid)) continue;
      const auto threads = probe::read_threads(pid);
      if (!threads || realtime_threads(*threads).empty()) continue;
      if (unserved_.insert(pid).second) continue;  // it may be about to begin
      attach_late(pid);
    }
  }

  static bool is_served(const Followed& followed) {
    return followed.is_attached ||
           (followed.channel != nullptr && followed.channel->server.load() > 0);
  }

  void attach_late(pid_t pid) {
    if (act::try_to_inject(pid) == 0) return attach(pid);
    given_up_.insert(pid);
    const auto status = probe::read_process_status(pid);
    report_.notes.push_back("process " + std::to_string(pid) + " " +
                            (status ? status->name : std::string("?")) +
                            " has real-time threads and is not protected: nothing was loaded into "
                            "it, and this user may not attach to it");
  }

  void retire(Followed& followed, bool has_ended = true) {
    followed.process->finish();
    if (followed.process->has_realtime_threads()) {
      report_.processes.push_back(followed.process->report());
    } else {
      ++report_.other_processes;
    }
    if (followed.channel != nullptr && has_ended) free_channel(*followed.channel);
  }

  /// Whoever is next finds it as new: the one before may have been killed while it wrote.
  void free_channel(ProgramChannel& channel) {
    std::memset(static_cast<void*>(&channel.orders), 0, sizeof channel.orders);
    std::memset(static_cast<void*>(&channel.answers), 0, sizeof channel.answers);
    channel.server = 0;
    channel.execs = 0;
    channels_.head.pids[&channel - channels_.channels] = 0;
  }

  const RunOptions& options_;
  ProgramChannels& channels_;
  act::ChildProcess& child_;
  RunReport report_;
  std::map<pid_t, Followed> followed_;
  std::set<pid_t> unserved_;
  std::set<pid_t> given_up_;
  Nanos next_tree_;
};

}  // namespace

Result<RunReport> run_program(const RunOptions& options) {
  HF_TRY_ASSIGN(const ProgramCheck program, check_program(options.program.front()));
  HF_TRY_ASSIGN(const std::string library, find_preload());
  HF_TRY_ASSIGN(act::ProgramChannelsMemory memory, act::ProgramChannelsMemory::make());
  ProgramChannels& channels = memory.channels();
  channels.head.locks_all =
      options.policy.plan == RunPlan::kAll && !options.policy.limit_bytes ? 1 : 0;
  channels.head.stack_bytes = kStackBytes;
  channels.head.keep_warm_ns = static_cast<uint64_t>(options.keep_warm_every.count);
  RunOptions granted = options;
  granted.policy.is_unlimited = act::raise_lock_budget().is_unlimited;
  const auto machine = act::read_machine_memory();
  granted.policy.can_swap = machine && machine->room.swap_free_bytes > 0;
  act::ChildOptions start;
  start.command = options.program;
  start.shares_terminal = true;
  const ProgramEnvironment environment(library, memory.path());
  HF_TRY_ASSIGN(act::ChildProcess child, act::ChildProcess::start(start));
  ProgramRun run(granted, channels, child);
  if (program.route == RunRoute::kAttach) run.attach_to_first(program.why);
  run.run();
  return run.finish();
}

}  // namespace holdfast::cmd
