// SPDX-License-Identifier: MIT
// What the processors of the machine do, and for how long the tasks of one process's cgroup stood
// waiting for memory.
#pragma once

#include <optional>
#include <string>

#include "base/quantity.h"
#include "base/result.h"
#include "probe/proc_file_linux.h"
#include "rt/record.h"

namespace holdfast::probe {

/// Reads the processors again and again, over descriptors that stay open. Any user. Not thread
/// safe.
class ProcessorUseProbe {
 public:
  /// `pid`: whose cgroup; where it is not version 2, its stalls are -1. Errors: kUnavailable when
  /// there is no ROOT/stat, kBadData when it cannot be understood.
  static Result<ProcessorUseProbe> open(int pid, const std::string& root = "/proc");

  /// One reading, about 20 us: not for every block. What the kernel does not tell is -1.
  [[nodiscard]] Result<ProcessorsRecord> read() const;

 private:
  explicit ProcessorUseProbe(ProcFile stat);

  ProcFile stat_;
  std::optional<ProcFile> cgroup_pressure_;
  Nanos tick_;
};

}  // namespace holdfast::probe
