// SPDX-License-Identifier: MIT
#include "act/child_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "act/stall_cgroup.h"

namespace holdfast::act {
namespace {

void redirect(const std::string& path) {
  const char* target = path.empty() ? "/dev/null" : path.c_str();
  const int file = open(target, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
}

/// Pins the caller to the n-th processor that it may use now.
void pin(int n) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return;
  n %= CPU_COUNT(&allowed);
  for (size_t processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (!CPU_ISSET(processor, &allowed) || n-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    sched_setaffinity(0, sizeof(one), &one);
    return;
  }
}

/// Between fork and what is run. Order matters: first be bound to the parent, then enter the
/// cgroup.
void settle(const ChildOptions& options, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  if (!options.shares_terminal) setpgid(0, 0);  // Ctrl-C is the parent's to handle
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) signal(number, SIG_DFL);
  if (options.cgroup && !options.cgroup->add(getpid())) _exit(127);
  if (!options.stall_cgroup.empty() && !enter_stall_cgroup(options.stall_cgroup)) _exit(127);
  if (options.processor >= 0) pin(options.processor);
  if (!options.shares_terminal) redirect(options.output_path);
}

/// Tells `failure`, which closes by itself when it succeeds, why it did not.
[[noreturn]] void become(const ChildOptions& options, int failure) {
  if (!options.library_path.empty()) {
    setenv("LD_LIBRARY_PATH", options.library_path.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  std::vector<char*> arguments;
  for (const std::string& word : options.command) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  const int reason = errno;
  if (write(failure, &reason, sizeof(reason)) < 0) _exit(127);
  _exit(127);
}

/// 0 once the child has become the program, else the errno that it met.
int wait_for_exec(int failure) {
  int reason = 0;
  ssize_t size_bytes = 0;
  while ((size_bytes = read(failure, &reason, sizeof(reason))) < 0 && errno == EINTR) {
  }
  return size_bytes == sizeof(reason) ? reason : 0;
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildOptions& options) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    settle(options, parent);
    become(options, ends[1]);
  }
  const int fork_errno = errno;
  close(ends[1]);
  const int reason = pid < 0 ? fork_errno : wait_for_exec(ends[0]);
  close(ends[0]);
  if (pid < 0) return system_error("cannot start " + options.command.front(), reason);
  ChildProcess child(pid);
  if (reason == 0) return child;
  Error error = system_error("cannot run " + options.command.front(), reason);
  error.kind = ErrorKind::kUnavailable;
  return error;
}

Result<ChildProcess> ChildProcess::start(const ChildOptions& options,
                                         const std::function<int()>& body) {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    settle(options, parent);
    close_range(STDERR_FILENO + 1, ~0U, 0);  // the watchdog's pipe among them
    _exit(body());
  }
  if (pid < 0) return system_error("cannot fork", errno);
  return ChildProcess(pid);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}

ChildProcess::~ChildProcess() {
  if (!is_running()) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ChildProcess::is_running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
  return false;
}

void ChildProcess::send(int signal_number) {
  if (is_running()) kill(pid_, signal_number);
}

}  // namespace holdfast::act
