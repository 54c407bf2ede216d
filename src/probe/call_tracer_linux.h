// SPDX-License-Identifier: MIT
// Sees every system call of a program that locks or unlocks memory, however it is made: through
// libc, by syscall(), by an instruction of its own, from a static binary. One mechanism: ptrace. A
// program that is started here gets a seccomp filter, so that only these calls stop it; one that
// runs already is stopped at all of its calls. Threads and children are followed. It changes
// nothing but the time that the stops take.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "core/lock_call.h"
#include "probe/file_descriptor.h"
#include "probe/thread_snapshot_linux.h"

namespace holdfast::probe {

/// A call that has returned, or never will.
struct TracedCall {
  pid_t pid = 0;
  pid_t thread = 0;
  Nanos time;  ///< CLOCK_MONOTONIC, when it returned.
  LockCall call;
  std::optional<int64_t> result;  ///< Nothing when the thread ended in the call.
  int error = 0;                  ///< The errno; 0 when it succeeded.
  ThreadSnapshot snapshot;        ///< Empty when the thread ended in the call.
};

/// What a tracer tells, each at a moment when the thread concerned stands still: it goes on once
/// the function returns. None may be empty.
struct TraceHandlers {
  std::function<void(pid_t pid, pid_t thread, const LockCall&)> on_entry;
  std::function<void(TracedCall)> on_return;
  std::function<void(pid_t pid, pid_t thread)> on_thread_end;  ///< Its memory is all there still.
  std::function<void(pid_t pid)> on_exec;                      ///< It runs another program now.
  /// `status` as from waitpid().
  std::function<void(pid_t pid, int status)> on_process_end;
};

/// One program under observation, with all that it starts. All calls from one thread, which is what
/// ptrace asks, and which has SIGCHLD blocked as long as it lives.
class CallTracer {
 public:
  explicit CallTracer(TraceHandlers handlers);
  CallTracer(const CallTracer&) = delete;
  CallTracer& operator=(const CallTracer&) = delete;
  /// Lets go of a program that was attached to. One that was started is killed, with all its
  /// children; so it is by the kernel when this process ends in any other way, since nobody
  /// answers its filter's calls then.
  ~CallTracer();

  /// Starts a program: its name is looked up in PATH, it keeps the standard streams. Returns once
  /// it runs. Errors: kUnavailable when it cannot be executed, or ptrace is not allowed.
  Result<> start(const std::vector<std::string>& command);

  /// Attaches to all threads of a process. Errors: kUnavailable when it is gone (ESRCH), not ours,
  /// or traced by somebody else (EPERM).
  Result<> attach(pid_t pid);

  /// Handles what has happened, waiting up to `longest` for something to happen. A signal handler
  /// of this process ends the wait.
  void wait(Nanos longest);

  /// Lets go of all threads; they run on as if nothing had been.
  void detach();

  [[nodiscard]] bool has_ended() const { return threads_.empty(); }
  /// The process that was started or attached to.
  [[nodiscard]] pid_t root() const { return root_; }
  [[nodiscard]] std::vector<pid_t> live_processes() const;
  /// Sends a signal to it, unless it has ended.
  void signal_root(int number) const;
  /// Kills everything that was started, and waits until it is gone. Nothing that was attached to.
  void kill_all();
  /// True when each system call stops its thread, not only those of interest.
  [[nodiscard]] bool is_stopping_at_every_call() const { return is_stopping_at_every_call_; }
  /// Stops of threads so far: what the program paid.
  [[nodiscard]] int64_t stops() const { return stops_; }
  /// Processes so far.
  [[nodiscard]] int64_t processes() const { return processes_; }

 private:
  struct Thread {
    pid_t pid = 0;
    std::optional<LockCall> call;  ///< While in one of interest.
  };

  Result<> wait_for_exec(FileDescriptor report, const std::string& name);
  Result<bool> seize_new(pid_t pid, bool is_first);
  bool sweep();
  void handle(pid_t thread, int status);
  void handle_end(pid_t thread, int status);
  int handle_stop(pid_t thread, int status);
  void handle_event(pid_t thread, int event);
  void handle_call(pid_t thread);
  void enter(pid_t thread, const SystemCall& call);
  void leave(pid_t thread, int64_t result, bool is_error, uint64_t program_counter,
             uint64_t stack_pointer);
  void add_child(pid_t thread);
  void become_leader(pid_t leader);
  void resume(pid_t thread, int signal_number);
  [[nodiscard]] uintptr_t options() const;

  TraceHandlers handlers_;
  std::map<pid_t, Thread> threads_;
  pid_t root_ = 0;
  bool is_ours_ = false;  ///< Started, not attached to.
  bool has_started_ = false;
  bool is_stopping_at_every_call_ = false;
  int64_t stops_ = 0;
  int64_t processes_ = 1;
  sigset_t signals_before_;
};

}  // namespace holdfast::probe
