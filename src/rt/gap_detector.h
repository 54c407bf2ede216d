// SPDX-License-Identifier: MIT
// The timeline for programs that have a callback of their own: each block is placed, and what is
// missing is told twice: at once, to be filled with silence, and once it is final, to another
// thread.
#pragma once

#include "base/realtime.h"
#include "rt/block.h"
#include "rt/ring.h"
#include "rt/timeline.h"

namespace holdfast {

/// Where a block goes, and what it changed.
struct DetectedBlock {
  Placement placement;
  Frames missing;  ///< How many more frames are missing than before; negative: some came after all.
};

/// One audio thread calls place(); another thread pops the ring. After construction it allocates
/// nothing.
class GapDetector {
 public:
  /// `gaps` gets each gap once it is final; full, it drops and counts.
  GapDetector(int64_t rate_hz, PositionSource source, Ring<Gap>* gaps)
      : timeline_(rate_hz, source), gaps_(gaps) {}

  /// Takes the next block. Without samples (`planes` NULL) the block's own `content` and
  /// `is_silent` hold. RT safe.
  DetectedBlock place(Block& block, Samples samples) HF_REALTIME;

  /// The stream has ended: what is still open becomes final. After the audio thread has stopped.
  void finish();

  /// Counts so far: on the audio thread, or after it has stopped. RT safe.
  [[nodiscard]] const Totals& totals() const { return timeline_.totals(); }

 private:
  Timeline timeline_;
  Ring<Gap>* gaps_;
};

}  // namespace holdfast
