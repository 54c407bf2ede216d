// SPDX-License-Identifier: MIT
// What one thread has used: time on a processor, time waiting for one, page faults, and whether it
// runs, sleeps or is stopped. Works for the threads of any user, without privilege.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "probe/proc_file_linux.h"
#include "rt/record.h"

namespace holdfast::probe {

/// Reads the counters of one thread again and again, over descriptors that stay open: they stay
/// with their thread, so an id that is given to somebody else cannot mislead. Not thread safe.
class ThreadUseProbe {
 public:
  /// Errors: kUnavailable when there is no such thread.
  static Result<ThreadUseProbe> open(int pid, int tid, const std::string& root = "/proc");

  /// One reading, about 5 us. cpu_ns is up to a tick behind while the thread runs, and a wait for a
  /// processor counts in run_delay_ns once it is over. Both are -1 where the kernel does not keep
  /// them. Errors: kUnavailable with ESRCH when the thread has ended.
  [[nodiscard]] Result<ThreadUseRecord> read() const;

  /// What the kernel does not tell, and how to get it.
  [[nodiscard]] std::vector<Unavailable> limitations() const;

 private:
  ThreadUseProbe(ProcFile stat, int tid) : stat_(std::move(stat)), tid_(tid) {}

  ProcFile stat_;
  std::optional<ProcFile> schedstat_;
  int tid_;
};

}  // namespace holdfast::probe
