// SPDX-License-Identifier: MIT
// When a block of a server's frame counter was due, by our own clock. The server wakes us when it
// is there, and never before: the earliest wake-ups of late, seen against the counter, are its
// beat.
#pragma once

#include <cstdint>

#include "base/quantity.h"
#include "base/realtime.h"

namespace holdfast {

/// Follows counter and clock. One thread.
class CounterClock {
 public:
  explicit CounterClock(int64_t rate_hz) : rate_hz_(rate_hz) {}

  /// When the block at `position`, of `frames` frames, that woke us at `woke` was due: at or before
  /// `woke`. RT safe.
  Nanos due(Frames position, Frames frames, Nanos woke) HF_REALTIME;

  /// The counter starts anew. RT safe.
  void restart() { blocks_ = 0; }

  [[nodiscard]] int64_t rate_hz() const { return rate_hz_; }

 private:
  /// A server that was late stays late: after so many late blocks in a row they are the beat.
  static constexpr int64_t kNewBeatBlocks = 8;
  /// How much faster than our clock the counter's may run. Sound cards are within 0.0002.
  static constexpr int64_t kMostDriftShare = 2048;

  int64_t rate_hz_;
  Nanos floor_;     ///< Least of (clock - counter), drifting upward.
  Nanos late_min_;  ///< Least of the late blocks since the beat was met last.
  int64_t late_blocks_ = 0;
  int64_t blocks_ = 0;
};

}  // namespace holdfast
