// SPDX-License-Identifier: MIT
// What one block of an experiment counts: the glitches and the faults of its counted time, which
// begins when whatever its arm locks is locked.
#pragma once

#include <optional>

#include "core/experiment_block.h"
#include "core/glitch.h"

namespace holdfast::cmd {

/// After what is counted, so that the last glitch has an end.
inline constexpr Nanos kBlockTail = kMillisecond * 100;

/// The counted time, on CLOCK_MONOTONIC.
struct CountedTime {
  Nanos begin{INT64_MAX};
  Nanos end{INT64_MAX};

  [[nodiscard]] bool holds(Nanos time) const { return time >= begin && time < end; }
};

/// Counts what falls into it. One thread.
class BlockCount {
 public:
  /// `result` outlives it.
  explicit BlockCount(BlockResult& result) : result_(result) {}

  void begin(const CountedTime& time) { time_ = time; }
  void take(const Glitch& glitch);

 private:
  BlockResult& result_;
  CountedTime time_;
  std::optional<Nanos> last_;
  std::optional<Nanos> last_page_fault_;
};

/// Seconds of `time` that were over at `now`.
double counted_seconds(const CountedTime& time, Nanos now);

}  // namespace holdfast::cmd
