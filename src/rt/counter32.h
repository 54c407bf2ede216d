// SPDX-License-Identifier: MIT
// Position counters of 32 bits (JACK's wraps after 24.8 h at 48 kHz) made 64 bits wide.
#pragma once

#include <cstdint>

#include "base/quantity.h"
#include "base/realtime.h"

namespace holdfast {

/// Follows a wrapping counter by its signed 32-bit difference, so backward steps stay backward.
class Counter32 {
 public:
  /// The 64-bit position of `counter`. Exact while steps stay below 2^31 frames. RT safe.
  HF_RT_INLINE Frames widen(uint32_t counter) {
    position_ += Frames(static_cast<int32_t>(counter - static_cast<uint32_t>(position_.count)));
    return position_;
  }
  /// Starts at `counter`, at a new epoch. RT safe.
  HF_RT_INLINE void restart(uint32_t counter) { position_ = Frames(counter); }

 private:
  Frames position_;
};

}  // namespace holdfast
