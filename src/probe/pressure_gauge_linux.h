// SPDX-License-Identifier: MIT
// How hard memory is pressed, of one cgroup or of the machine: the counters from which
// `holdfast load` takes its rates.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "probe/proc_file_linux.h"

namespace holdfast::probe {

/// Which files tell. Empty: those of the whole machine.
struct PressureSources {
  std::string stall_file;   ///< A memory.pressure.
  std::string memory_stat;  ///< A memory.stat.
};

/// Counters since the start; -1 where this machine does not tell.
struct PressureCounts {
  Nanos time;
  int64_t stalled_some_ns = -1;
  int64_t stalled_full_ns = -1;
  int64_t refaults = -1;
  int64_t major_faults = -1;
  int64_t swapped_out_bytes = -1;
};

/// Reads them again and again, over descriptors that stay open. Not thread safe.
class PressureGauge {
 public:
  static Result<PressureGauge> open(const PressureSources& sources,
                                    const std::string& root = "/proc");

  /// One reading, some 30 us. What cannot be read (any more) is -1.
  [[nodiscard]] PressureCounts read() const;

  /// Memory stalls are told at all (PSI).
  [[nodiscard]] bool has_stalls() const { return stalls_.has_value(); }
  /// What is swapped out is told for the cgroup, not only for the whole machine.
  [[nodiscard]] bool is_swap_out_of_scope() const { return is_swap_out_of_scope_; }

 private:
  explicit PressureGauge(ProcFile reclaim) : reclaim_(std::move(reclaim)) {}

  ProcFile reclaim_;
  std::optional<ProcFile> stalls_;
  std::optional<ProcFile> vmstat_;  ///< Where `reclaim_` does not tell what is swapped out.
  bool is_swap_out_of_scope_ = false;
};

}  // namespace holdfast::probe
