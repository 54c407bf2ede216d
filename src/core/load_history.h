// SPDX-License-Identifier: MIT
// How busy processors and memory were in each second of a session, from the readings of a trace.
// Readings come ten times a second, but late where the machine stalls, which is when they matter:
// so each tells about the whole time since the one before, and is divided among its seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/quantity.h"
#include "rt/record.h"

namespace holdfast {

/// One session of at most a day. Values only; one thread.
class LoadHistory {
 public:
  /// `memory_bytes`: all that the machine has; 0 when not known.
  explicit LoadHistory(int64_t memory_bytes) : memory_bytes_(memory_bytes) {}

  /// Second 0 begins here. What was read before counts from here on.
  void begin(Nanos at) { begin_ = at; }

  /// A reading, less than 2^61 ns from 0. One that is not later than the one before is skipped.
  void add(const MemoryRecord& record);
  void add(const ProcessorsRecord& record);

  /// Share of all processors' time that was used in a second of the session, in percent. A second
  /// without a reading is like the last one before that has one, or else the first. Nothing when
  /// there is none at all.
  [[nodiscard]] std::optional<int> cpu_percent(int64_t second) const;
  /// Memory that was not available, likewise.
  [[nodiscard]] std::optional<int> memory_percent(int64_t second) const;

  /// Seconds beyond this one are not kept.
  static constexpr int64_t kMostSeconds = 86'400;

 private:
  struct Share {
    double part = 0;
    double whole = 0;
  };
  /// Per second; memory is weighted with time, processors with their own time.
  using Shares = std::vector<Share>;

  void divide(Shares& shares, Nanos from, Nanos to, double part, double whole) const;
  static std::optional<int> percent(const Shares& shares, int64_t second);

  int64_t memory_bytes_;
  std::optional<Nanos> begin_;
  std::optional<MemoryRecord> last_memory_;
  std::optional<ProcessorsRecord> last_processors_;
  Shares cpu_;
  Shares memory_;
};

}  // namespace holdfast
