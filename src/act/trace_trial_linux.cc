// SPDX-License-Identifier: MIT
#include <sys/ptrace.h>
#include <unistd.h>

#include <cerrno>

#include "act/small_file.h"
#include "act/trace_trial.h"
#include "act/trial.h"

namespace holdfast::act {

Trial try_to_trace() {
  const pid_t parent = getpid();
  return try_in_child(
      [parent] { return ptrace(PTRACE_SEIZE, parent, nullptr, nullptr) == 0 ? 0 : errno; });
}

bool is_being_traced() {
  const auto status = read_small_file("/proc/self/status");
  if (!status) return false;
  const size_t line = status->find("\nTracerPid:");
  return line != std::string::npos && status->find("\nTracerPid:\t0\n") == std::string::npos;
}

}  // namespace holdfast::act
