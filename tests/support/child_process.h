// SPDX-License-Identifier: MIT
// A process to look at or to act on: forked from the test, so that it shares its memory layout.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "probe/file_descriptor.h"

namespace holdfast::test {

/// A child that obeys one-letter commands; `obey` returns the letter to answer with. Ends with this
/// object.
class Child {
 public:
  explicit Child(const std::function<char(char)>& obey) {
    int down[2];
    int up[2];
    if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) return;
    pid_ = fork();
    if (pid_ == 0) serve(down[0], up[1], obey);
    close(down[0]);
    close(up[1]);
    commands_ = probe::FileDescriptor(down[1]);
    answers_ = probe::FileDescriptor(up[0]);
  }
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  char ask(char command) {
    char answer = 0;
    if (write(commands_.number(), &command, 1) != 1) return 0;
    return read(answers_.number(), &answer, 1) == 1 ? answer : '\0';
  }
  void end() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  [[noreturn]] static void serve(int commands, int answers, const std::function<char(char)>& obey) {
    alarm(60);  // not even when the test itself dies
    for (char command = 0; read(commands, &command, 1) == 1;) {
      const char answer = obey(command);
      if (write(answers, &answer, 1) != 1) break;
    }
    _exit(0);
  }

  pid_t pid_ = 0;
  probe::FileDescriptor commands_;
  probe::FileDescriptor answers_;
};

}  // namespace holdfast::test
