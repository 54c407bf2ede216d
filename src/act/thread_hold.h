// SPDX-License-Identifier: MIT
// Keeps all threads of another process from running for a moment, with ptrace. Unlike SIGSTOP it
// cannot be forgotten: when this program ends, however it ends, the kernel lets them go. Their
// system calls go on where they were, and their parent hears nothing.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/result.h"

namespace holdfast::act {

/// The threads of one process, held or not. All calls from one thread, which is what ptrace asks.
/// The destructor lets go.
class ThreadHold {
 public:
  explicit ThreadHold(pid_t pid) : pid_(pid) {}
  ThreadHold(const ThreadHold&) = delete;
  ThreadHold& operator=(const ThreadHold&) = delete;
  ~ThreadHold() { release(); }

  /// From its return on no thread runs code of the program. Those that run are stopped, some 20 us
  /// each; those that wait, for a processor or a device, stop before they run again, and are not
  /// waited for. Errors: kUnavailable when the process has ended (ESRCH), or when it is traced by
  /// somebody else or not ours (EPERM); nothing is held then.
  Result<> hold();

  /// Threads that stood still go at once; then it waits for those that had not stopped yet.
  void release();

 private:
  struct Held {
    pid_t thread = 0;  ///< 0: it has ended.
    bool is_still = false;
    int signal = 0;  ///< One that was on its way when it was held.
  };

  Result<bool> seize_new();
  void wait_a_little();
  static void look(Held& held);
  static void let_go(const Held& held);

  void keep_from_stopping(bool is_holding);

  pid_t pid_;
  std::vector<Held> held_;
  bool is_kept_from_stopping_ = false;
};

}  // namespace holdfast::act
