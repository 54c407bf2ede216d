// SPDX-License-Identifier: MIT
// How the memory of the whole machine is doing: what is available, what went to swap and came back,
// and how long tasks stood waiting for memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "probe/proc_file_linux.h"
#include "rt/record.h"

namespace holdfast::probe {

/// Reads the machine's memory again and again, over descriptors that stay open. Any user. Not
/// thread safe.
class MemoryUseProbe {
 public:
  /// Errors: kUnavailable when there is no ROOT/meminfo.
  static Result<MemoryUseProbe> open(const std::string& root = "/proc");

  /// One reading, about 40 us: not for every block. What the kernel does not tell is -1.
  [[nodiscard]] Result<MemoryRecord> read() const;

  /// What is -1 for ever, and how to get it.
  [[nodiscard]] const std::vector<Unavailable>& limitations() const { return limitations_; }

 private:
  explicit MemoryUseProbe(ProcFile meminfo) : meminfo_(std::move(meminfo)) {}

  ProcFile meminfo_;
  std::optional<ProcFile> vmstat_;
  std::optional<ProcFile> pressure_;
  std::vector<Unavailable> limitations_;
};

}  // namespace holdfast::probe
