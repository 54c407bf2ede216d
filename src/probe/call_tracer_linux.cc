// SPDX-License-Identifier: MIT
// Each thread that is known is asked whether it has stopped, rather than "any child": this process
// may have children that are somebody else's to wait for.
#include "probe/call_tracer_linux.h"

#include <dirent.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "core/kernel_text.h"
#include "probe/clock_linux.h"
#include "probe/proc_file_linux.h"
#include "probe/process_linux.h"
#include "probe/traced_child_linux.h"

namespace holdfast::probe {
namespace {

constexpr int kCallStop = SIGTRAP | 0x80;  // with PTRACE_O_TRACESYSGOOD
constexpr Nanos kPatience = kSecond * 2;   // for threads that are to be let go

void* as_data(uintptr_t number) {
  return reinterpret_cast<void*>(number);  // NOLINT(performance-no-int-to-ptr)
}

/// Of a thread, by its own number: "Tgid" in its status.
pid_t process_of(pid_t thread) {
  const Result<std::string> text = read_proc_file(proc_path("/proc", thread, "status"));
  if (!text) return thread;
  TextReader lines(*text);
  while (!lines.is_at_end()) {
    TextReader line(lines.take_line());
    if (line.take_until(':') != "Tgid") continue;
    return parse_number<pid_t>(line.take_rest()).value_or(thread);
  }
  return thread;
}

std::vector<pid_t> threads_of(pid_t pid) {
  std::vector<pid_t> threads;
  const std::string path = proc_path("/proc", pid, "task");
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  if (!folder) return threads;
  while (const dirent* const entry = readdir(folder.get())) {
    if (const auto thread = parse_number<pid_t>(entry->d_name)) threads.push_back(*thread);
  }
  return threads;
}

Error refused(pid_t pid, int seize_errno) {
  const std::string who = "process " + std::to_string(pid);
  if (seize_errno == ESRCH) {
    return {ErrorKind::kUnavailable, ESRCH,
            "no " + who + ": it has ended, or never was; see ps -e"};
  }
  return {ErrorKind::kUnavailable, seize_errno,
          who +
              " cannot be traced: it is another user's (run as root), another debugger has it, or "
              "kernel.yama.ptrace_scope forbids it; --once needs less"};
}

/// A new thread stops for its tracer before it does anything; SIGSTOP and its like stop the whole
/// process, which has to stay stopped.
bool is_group_stop(int status) {
  const int number = WSTOPSIG(status);
  return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

}  // namespace

CallTracer::CallTracer(TraceHandlers handlers) : handlers_(std::move(handlers)) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &child, &signals_before_);
}

CallTracer::~CallTracer() {
  is_ours_ ? kill_all() : detach();
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

uintptr_t CallTracer::options() const {
  constexpr uintptr_t kFollow = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESYSGOOD;
  return is_ours_ ? kFollow | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL : kFollow;
}

Result<> CallTracer::start(const std::vector<std::string>& command) {
  HF_TRY_ASSIGN(TracedChild child, fork_traced_child(command, signals_before_));
  is_ours_ = true;
  root_ = child.pid;
  if (ptrace(PTRACE_SEIZE, root_, nullptr, as_data(options())) != 0) {
    const int seize_errno = errno;
    kill(root_, SIGKILL);
    waitpid(root_, nullptr, 0);
    return Error{ErrorKind::kUnavailable, seize_errno,
                 std::string("ptrace is not allowed here: ") + std::strerror(seize_errno) +
                     "; see kernel.yama.ptrace_scope, or the container's seccomp profile"};
  }
  threads_[root_] = {root_, std::nullopt};
  child.go = FileDescriptor();  // that is what it waits for
  return wait_for_exec(std::move(child.report), command.front());
}

Result<> CallTracer::wait_for_exec(FileDescriptor report, const std::string& name) {
  while (!has_started_ && !threads_.empty()) wait(kSecond);
  const TracedChildReport told = read_report(report);
  is_stopping_at_every_call_ = told.filter_errno != 0;
  if (told.exec_errno == 0) return Done{};
  Error error = system_error("cannot run " + name, told.exec_errno);
  error.kind = ErrorKind::kUnavailable;
  return error;
}

/// True when there was a thread that was not known before.
Result<bool> CallTracer::seize_new(pid_t pid, bool is_first) {
  bool has_new = false;
  int seize_errno = ESRCH;
  for (const pid_t thread : threads_of(pid)) {
    if (threads_.contains(thread)) continue;
    if (ptrace(PTRACE_SEIZE, thread, nullptr, as_data(options())) != 0) {
      seize_errno = errno;
      continue;
    }
    has_new = true;
    threads_[thread] = {pid, std::nullopt};
    ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
  }
  if (is_first && !has_new) return refused(pid, seize_errno);
  return has_new;
}

/// A thread that is not attached to yet may start another one meanwhile.
Result<> CallTracer::attach(pid_t pid) {
  root_ = pid;
  has_started_ = true;
  is_stopping_at_every_call_ = true;
  HF_TRY_ASSIGN(bool has_new, seize_new(pid, true));
  while (has_new) {
    HF_TRY_ASSIGN(has_new, seize_new(pid, false));
  }
  return Done{};
}

void CallTracer::wait(Nanos longest) {
  if (sweep()) return;
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  const int64_t nanos = std::max<int64_t>(longest.count, 0);
  const timespec timeout = {nanos / kSecond.count, nanos % kSecond.count};
  if (sigtimedwait(&child, nullptr, &timeout) == SIGCHLD) sweep();
}

/// True when something had happened.
bool CallTracer::sweep() {
  std::vector<pid_t> known;
  known.reserve(threads_.size());
  for (const auto& [thread, state] : threads_) known.push_back(thread);
  bool has_any = false;
  for (const pid_t thread : known) {
    if (!threads_.contains(thread)) continue;
    int status = 0;
    const pid_t waited = waitpid(thread, &status, __WALL | WNOHANG);
    if (waited == 0) continue;
    has_any = true;
    if (waited < 0) {
      threads_.erase(thread);  // another thread's exec has taken its number
    } else {
      handle(thread, status);
    }
  }
  return has_any;
}

void CallTracer::handle(pid_t thread, int status) {
  if (!WIFSTOPPED(status)) return handle_end(thread, status);
  ++stops_;
  const int event = status >> 16;
  if (event == PTRACE_EVENT_STOP && is_group_stop(status)) {
    ptrace(PTRACE_LISTEN, thread, nullptr, nullptr);
    return;
  }
  resume(thread, handle_stop(thread, status));
}

void CallTracer::handle_end(pid_t thread, int status) {
  const auto found = threads_.find(thread);
  const Thread state = found->second;
  threads_.erase(found);
  if (state.call) {
    handlers_.on_return({state.pid, thread, monotonic_now(), *state.call, {}, 0, {}});
  }
  if (thread == state.pid && has_started_) handlers_.on_process_end(thread, status);
}

/// The signal to hand on.
int CallTracer::handle_stop(pid_t thread, int status) {
  const int event = status >> 16;
  if (event != 0) {
    handle_event(thread, event);
    return 0;
  }
  if (WSTOPSIG(status) != kCallStop) return WSTOPSIG(status);
  handle_call(thread);
  return 0;
}

void CallTracer::handle_event(pid_t thread, int event) {
  switch (event) {
    case PTRACE_EVENT_SECCOMP:
      return handle_call(thread);
    case PTRACE_EVENT_CLONE:
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
      return add_child(thread);
    case PTRACE_EVENT_EXEC:
      return become_leader(thread);
    case PTRACE_EVENT_EXIT:
      if (has_started_) handlers_.on_thread_end(threads_[thread].pid, thread);
      return;
    default:
      return;  // PTRACE_EVENT_STOP: the first stop, of a new thread or when attached to
  }
}

void CallTracer::handle_call(pid_t thread) {
  __ptrace_syscall_info info = {};
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, as_data(sizeof info), &info) <= 0) {
    return;
  }
  SystemCall call;
  call.architecture = info.arch;
  switch (info.op) {
    case PTRACE_SYSCALL_INFO_SECCOMP:
      call.number = info.seccomp.nr;
      std::copy_n(info.seccomp.args, call.arguments.size(), call.arguments.begin());
      return enter(thread, call);
    case PTRACE_SYSCALL_INFO_ENTRY:
      call.number = info.entry.nr;
      std::copy_n(info.entry.args, call.arguments.size(), call.arguments.begin());
      return enter(thread, call);
    case PTRACE_SYSCALL_INFO_EXIT:
      return leave(thread, info.exit.rval, info.exit.is_error != 0, info.instruction_pointer,
                   info.stack_pointer);
    default:
      return;
  }
}

void CallTracer::enter(pid_t thread, const SystemCall& call) {
  Thread& state = threads_[thread];
  state.call = decode_lock_call(call);
  if (state.call) handlers_.on_entry(state.pid, thread, *state.call);
}

void CallTracer::leave(pid_t thread, int64_t result, bool is_error, uint64_t program_counter,
                       uint64_t stack_pointer) {
  Thread& state = threads_[thread];
  if (!state.call) return;
  TracedCall call;
  call.pid = state.pid;
  call.thread = thread;
  call.time = monotonic_now();
  call.call = *std::exchange(state.call, std::nullopt);
  call.result = is_error ? -1 : result;
  call.error = is_error ? static_cast<int>(-result) : 0;
  call.snapshot = take_thread_snapshot(thread, program_counter, stack_pointer);
  handlers_.on_return(std::move(call));
}

void CallTracer::add_child(pid_t thread) {
  unsigned long child = 0;
  if (ptrace(PTRACE_GETEVENTMSG, thread, nullptr, &child) != 0) return;
  const auto tid = static_cast<pid_t>(child);
  const pid_t pid = process_of(tid);
  threads_[tid] = {pid, std::nullopt};
  if (pid == tid) ++processes_;
}

/// The kernel has ended all other threads, and the one that called exec has the leader's number.
void CallTracer::become_leader(pid_t leader) {
  std::erase_if(threads_, [&](const auto& entry) {
    return entry.second.pid == leader && entry.first != leader;
  });
  threads_[leader] = {leader, std::nullopt};
  has_started_ = true;
  handlers_.on_exec(leader);
}

void CallTracer::resume(pid_t thread, int signal_number) {
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return;
  const bool wants_next_call =
      found->second.call.has_value() || (is_stopping_at_every_call_ && has_started_);
  ptrace(wants_next_call ? PTRACE_SYSCALL : PTRACE_CONT, thread, nullptr,
         as_data(static_cast<uintptr_t>(signal_number)));
}

void CallTracer::detach() {
  for (const auto& [thread, state] : threads_) ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
  const Nanos end = monotonic_now() + kPatience;
  while (!threads_.empty() && monotonic_now() < end) {
    for (auto entry = threads_.begin(); entry != threads_.end();) {
      int status = 0;
      const pid_t waited = waitpid(entry->first, &status, __WALL | WNOHANG);
      if (waited == 0) {
        ++entry;
        continue;
      }
      const bool is_signal =
          waited > 0 && WIFSTOPPED(status) && status >> 16 == 0 && WSTOPSIG(status) != kCallStop;
      const int number = is_signal ? WSTOPSIG(status) : 0;
      ptrace(PTRACE_DETACH, entry->first, nullptr, as_data(static_cast<uintptr_t>(number)));
      entry = threads_.erase(entry);
    }
    const timespec pause = {0, 100'000};
    nanosleep(&pause, nullptr);
  }
  threads_.clear();  // those that would not stop are let go by the kernel when this process ends
}

void CallTracer::kill_all() {
  if (!is_ours_) return;
  for (const pid_t pid : live_processes()) kill(pid, SIGKILL);
  const Nanos end = monotonic_now() + kPatience;
  while (!threads_.empty() && monotonic_now() < end) wait(kMillisecond * 100);
}

std::vector<pid_t> CallTracer::live_processes() const {
  std::vector<pid_t> processes;
  for (const auto& [thread, state] : threads_) {
    if (std::ranges::find(processes, state.pid) == processes.end()) processes.push_back(state.pid);
  }
  return processes;
}

void CallTracer::signal_root(int number) const {
  if (threads_.contains(root_)) kill(root_, number);
}

}  // namespace holdfast::probe
