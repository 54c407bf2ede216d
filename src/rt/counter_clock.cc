// SPDX-License-Identifier: MIT
#include "rt/counter_clock.h"

namespace holdfast {

HF_RT_TEXT Nanos CounterClock::due(Frames position, Frames frames, Nanos woke) HF_REALTIME {
  const Nanos at = duration_of(position, rate_hz_);
  const Nanos offset = woke - at;
  const Nanos period = duration_of(frames, rate_hz_);
  if (blocks_++ == 0) floor_ = offset;
  floor_ += Nanos(period.count / kMostDriftShare);
  if (offset <= floor_) {
    floor_ = offset;
    late_blocks_ = 0;
  } else if (offset - floor_ < Nanos(period.count / 2)) {
    late_blocks_ = 0;
  } else {
    if (late_blocks_++ == 0 || offset < late_min_) late_min_ = offset;
    if (late_blocks_ >= kNewBeatBlocks) {
      floor_ = late_min_;
      late_blocks_ = 0;
    }
  }
  return at + floor_;
}

}  // namespace holdfast
