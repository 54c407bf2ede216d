// SPDX-License-Identifier: MIT
#include "probe/traced_child_linux.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "probe/call_filter_linux.h"
#include "probe/proc_file_linux.h"

namespace holdfast::probe {
namespace {

constexpr int kCannotRun = 127;  // as shells do

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void tell(int report, int number) {
  if (write(report, &number, sizeof number) < 0) _exit(kCannotRun);
}

[[noreturn]] void become(const std::vector<char*>& arguments, const sigset_t& mask,
                         const std::vector<sock_filter>& filter, int go, int report) {
  // What the parent ignores or handles the program starts with as usual.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  char nothing = 0;
  while (read(go, &nothing, 1) < 0 && errno == EINTR) {
  }
  tell(report, install_call_filter(filter));
  execvp(arguments[0], arguments.data());
  tell(report, errno);
  _exit(kCannotRun);
}

}  // namespace

Result<TracedChild> fork_traced_child(const std::vector<std::string>& command,
                                      const sigset_t& mask) {
  const std::vector<sock_filter> filter = make_call_filter();
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  HF_TRY_ASSIGN(Pipe go, make_pipe());
  HF_TRY_ASSIGN(Pipe report, make_pipe());
  const pid_t pid = fork();
  if (pid < 0) return system_error("cannot start " + command.front(), errno);
  if (pid == 0) {
    go.write_end = FileDescriptor();  // or it would wait for itself
    become(arguments, mask, filter, go.read_end.number(), report.write_end.number());
  }
  return TracedChild{pid, std::move(go.write_end), std::move(report.read_end)};
}

TracedChildReport read_report(const FileDescriptor& report) {
  TracedChildReport told;
  for (int* const number : {&told.filter_errno, &told.exec_errno}) {
    if (read(report.number(), number, sizeof *number) != sizeof *number) *number = 0;
  }
  return told;
}

bool has_rights_of_its_own(pid_t pid) {
  const std::string path = proc_path("/proc", pid, "exe");
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return false;
  return (status.st_mode & (S_ISUID | S_ISGID)) != 0 ||
         getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

}  // namespace holdfast::probe
