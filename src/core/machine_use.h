// SPDX-License-Identifier: MIT
// How the machine was doing during a run: shares of the time between the first and the last
// reading of its counters. It says what the run was like, and is evidence for no cause.
#pragma once

#include <cstdint>
#include <optional>

#include "base/quantity.h"
#include "rt/record.h"

namespace holdfast {

/// Follows the readings of a run. Of each counter, only its rise counts; where a counter falls or
/// is not known, the share is absent. One thread.
class MachineUse {
 public:
  void add(const MemoryRecord& record);
  void add(const ProcessorsRecord& record);

  /// Of the time of all processors, 0 to 1.
  [[nodiscard]] std::optional<double> busy_share() const;
  /// Likewise: taken by the host.
  [[nodiscard]] std::optional<double> steal_share() const;
  /// Of the time that passed, 0 to 1: at least one task of the machine waited for memory.
  [[nodiscard]] std::optional<double> stalled_share() const;
  /// The same for the tasks of the observed thread's cgroup.
  [[nodiscard]] std::optional<double> cgroup_stalled_share() const;
  /// Memory that was available at the last reading.
  [[nodiscard]] std::optional<int64_t> available_bytes() const {
    if (!last_memory_ || last_memory_->available_bytes < 0) return std::nullopt;
    return last_memory_->available_bytes;
  }
  /// How much went to swap.
  [[nodiscard]] std::optional<double> swapped_out_bytes_per_second() const;

 private:
  std::optional<MemoryRecord> first_memory_;
  std::optional<MemoryRecord> last_memory_;
  std::optional<ProcessorsRecord> first_processors_;
  std::optional<ProcessorsRecord> last_processors_;
};

}  // namespace holdfast
