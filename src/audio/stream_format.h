// SPDX-License-Identifier: MIT
// Rate, block size and channels: what is asked of a device, and what it grants.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace holdfast::audio {

/// What to ask of a device.
struct StreamFormat {
  int64_t rate_hz = 48000;
  int64_t block_frames = 64;
  uint32_t channels = 2;

  friend bool operator==(const StreamFormat&, const StreamFormat&) = default;
};

inline constexpr int64_t kMinRateHz = 8000;
inline constexpr int64_t kMaxRateHz = 384000;
inline constexpr int64_t kMinBlockFrames = 1;
inline constexpr int64_t kMaxBlockFrames = 8192;
inline constexpr uint32_t kMaxChannels = 64;

/// Errors: kUsage, naming what is out of range.
Result<> check(const StreamFormat& format);

/// "asked for 16 frames a block, granted 64", or the same for rate or channels, for each that
/// differs; empty when all was granted.
std::string difference_text(const StreamFormat& asked, const StreamFormat& granted);

}  // namespace holdfast::audio
