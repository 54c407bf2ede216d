// SPDX-License-Identifier: MIT
#include "audio/capture_ring.h"

namespace holdfast::audio {

HF_RT_TEXT Frames CaptureRing::to_skip(Frames written) const HF_REALTIME {
  const Frames overwritten = -room(written);
  if (overwritten <= Frames(0)) return Frames(0);
  const int64_t blocks = (overwritten.count + block.count / 2 + block.count - 1) / block.count;
  return block * blocks;
}

HF_RT_TEXT bool CaptureRing::is_torn(Frames written) const HF_REALTIME {
  return room(written) < Frames(0);
}

HF_RT_TEXT Frames CaptureRing::room(Frames written) const HF_REALTIME {
  return size - granularity - written;
}

}  // namespace holdfast::audio
