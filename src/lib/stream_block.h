// SPDX-License-Identifier: MIT
// A block of the C interface, checked and made one of ours: what hf_gap_detector_place() and
// hf_report_block() begin with on the audio thread.
#pragma once

#include <holdfast/holdfast.h>
#include <time.h>

#include <cstdint>

#include "base/result.h"
#include "lib/border.h"
#include "rt/block.h"

namespace holdfast::lib {

/// HF_POSITION_..., 0 for a device's. Errors: kUsage.
inline Result<PositionSource> position_source_of(uint32_t number) {
  switch (number) {
    case 0:
    case HF_POSITION_DEVICE:
      return PositionSource::kDeviceCounter;
    case HF_POSITION_SERVER:
      return PositionSource::kServerCounter;
    case HF_POSITION_CLOCK:
      return PositionSource::kClockEstimate;
    default:
      return usage("`position_source` is not known");
  }
}

/// Errors: kUsage.
inline Result<> check_rate(uint32_t rate_hz) {
  constexpr uint32_t kHighestRateHz = 100'000'000;
  if (rate_hz == 0 || rate_hz > kHighestRateHz) return usage("`rate_hz` is no sample rate");
  return Done{};
}

/// CLOCK_MONOTONIC. RT safe.
HF_RT_INLINE int64_t now_ns() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * kSecond.count + now.tv_nsec;
}

/// Times that are 0 are filled in. RT safe.
HF_RT_INLINE Block block_of(const hf_block& given) {
  Block block;
  block.position = Frames(given.position);
  block.frames = Frames(given.frames);
  block.woke = Nanos(given.woke_ns != 0 ? given.woke_ns : now_ns());
  block.due = given.due_ns != 0 ? Nanos(given.due_ns) : block.woke;
  block.epoch = given.epoch;
  block.is_silent = (given.flags & HF_BLOCK_SILENT) != 0;
  block.is_torn = (given.flags & HF_BLOCK_TORN) != 0;
  return block;
}

/// So that no sum of a position and some lengths overflows. RT safe.
HF_RT_INLINE bool is_sensible(const hf_block& block) {
  constexpr int64_t kMostFrames = int64_t{1} << 40;
  constexpr int64_t kFurthest = int64_t{1} << 61;
  return block.frames >= 0 && block.frames <= kMostFrames && block.position >= -kFurthest &&
         block.position <= kFurthest;
}

}  // namespace holdfast::lib
