// SPDX-License-Identifier: MIT
// Blocks of a thread that is only seen from outside: by when it slept and woke. A thread of a sound
// system wakes once a period; a wake that comes more than half a period late means that what was
// due meanwhile was missed. This is an estimate by the clock, and every loss carries its bound.
#pragma once

#include <optional>
#include <vector>

#include "base/quantity.h"
#include "rt/block.h"
#include "rt/record.h"

namespace holdfast {

/// Fed with the sleeps of one thread, in order of time. One thread.
class Cadence {
 public:
  /// `rate_hz` and `block_frames`: what the observed program runs with.
  Cadence(int64_t rate_hz, Frames block_frames);

  /// A sleep has ended: the block that begins with it, or nothing when the thread woke again within
  /// half a period of the last block's begin (it waits for others while it works).
  std::optional<Block> wake(const OffCpuRecord& sleep);

 private:
  Block block_at(Nanos woke);

  Frames frames_;
  Nanos period_;
  Nanos due_;  ///< Of the last block, on the grid that its wakes have shown.
  Nanos woke_;
  Frames position_;
  uint64_t count_ = 0;
  bool is_begun_ = false;
};

}  // namespace holdfast
