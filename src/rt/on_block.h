// SPDX-License-Identifier: MIT
// What the audio thread does with a block: place it, note it, return. Nothing after that may delay
// anything before it.
#pragma once

#include "base/realtime.h"
#include "rt/block.h"
#include "rt/record.h"
#include "rt/ring.h"
#include "rt/timeline.h"

namespace holdfast {

/// Everything the audio thread writes to, in one object, so that it can be locked as one range.
/// One thread calls on_block(); another pops the rings. Either ring may be absent.
class Capture {
 public:
  /// `limit`: frames to run for; 0 for ever.
  Capture(int64_t rate_hz, Frames limit, Ring<Record>* records, Ring<Gap>* gaps,
          PositionSource source = PositionSource::kDeviceCounter)
      : timeline_(rate_hz, source),
        limit_(limit > Frames(0) ? limit : Frames(INT64_MAX)),
        records_(records),
        gaps_(gaps) {}

  /// Takes one block; fills in its fingerprint. False once the limit is reached. RT safe.
  bool on_block(Block& block, Samples samples) HF_REALTIME;

  /// The same for a block whose fingerprint is filled in, or is not to be had. RT safe.
  bool on_labelled_block(const Block& block) HF_REALTIME;

  /// The stream has ended: the last open gap becomes final. After the audio thread has stopped.
  void finish();

  /// This object as a device's handler.
  BlockHandler handler();

  /// Counts so far, from the audio thread or after it has stopped. RT safe.
  [[nodiscard]] const Totals& totals() const { return timeline_.totals(); }

 private:
  HF_RT_INLINE bool take(const Block& block);
  HF_RT_INLINE void note(const Block& block);
  bool catch_up();

  Timeline timeline_;
  Frames limit_;
  Ring<Record>* records_;
  Ring<Gap>* gaps_;
  Totals recorded_;         ///< While behind: totals before the first block that was dropped.
  bool is_behind_ = false;  ///< Blocks were dropped that no DroppedRecord tells of yet.
};

}  // namespace holdfast
