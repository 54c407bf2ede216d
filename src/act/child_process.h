// SPDX-License-Identifier: MIT
// A program that is started for a while and never outlives the one that started it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "act/memory_cgroup.h"
#include "base/result.h"

namespace holdfast::act {

/// What to start.
struct ChildOptions {
  std::vector<std::string> command;    ///< Path or name, then arguments.
  std::string library_path;            ///< LD_LIBRARY_PATH; empty: as inherited.
  std::string output_path;             ///< Where stdout and stderr go; empty: nowhere.
  std::optional<MemoryCgroup> cgroup;  ///< Entered before the program begins.
  std::string stall_cgroup;            ///< The same; see stall_cgroup.h. Empty: none.
  bool shares_terminal = false;        ///< Keeps the parent's standard streams and Ctrl-C.
  int processor = -1;  ///< The only one it may run on, counted modulo those allowed.
};

/// One started program. Movable; the destructor kills it and waits.
class ChildProcess {
 public:
  /// Starts it. The kernel kills it with SIGKILL when the calling thread ends, so call it from the
  /// main thread. Returns once it runs. Errors: kUnavailable when it cannot be executed; a cgroup
  /// that cannot be entered shows as exit code 127.
  static Result<ChildProcess> start(const ChildOptions& options);
  /// The same, but runs `body` in a copy of this program instead of `command`; what it returns is
  /// the exit code. It has the standard streams only, no other open file.
  static Result<ChildProcess> start(const ChildOptions& options, const std::function<int()>& body);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// True as long as it runs. Afterwards exit_code() is known.
  bool is_running();
  /// Its exit code, or 128 + the signal that ended it.
  [[nodiscard]] int exit_code() const { return exit_code_; }
  /// Sends a signal, unless it has ended.
  void send(int signal_number);

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;  ///< Not waited for as long as it is set, so it cannot be recycled.
  int exit_code_ = -1;
};

}  // namespace holdfast::act
