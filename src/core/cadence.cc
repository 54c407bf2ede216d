// SPDX-License-Identifier: MIT
#include "core/cadence.h"

#include <algorithm>

namespace holdfast {
namespace {

/// How fast the grid follows the wakes: early ones at once, since no wake comes before its due
/// time; late ones slowly, for the difference of two clocks (less than 1 in 1000).
constexpr int64_t kDriftShare = 1000;

}  // namespace

Cadence::Cadence(int64_t rate_hz, Frames block_frames)
    : frames_(block_frames), period_(duration_of(block_frames, rate_hz)) {}

std::optional<Block> Cadence::wake(const OffCpuRecord& sleep) {
  const Nanos woke(sleep.end_ns);
  if (is_begun_ && woke - woke_ < Nanos(period_.count / 2)) return std::nullopt;
  return block_at(woke);
}

Block Cadence::block_at(Nanos woke) {
  Block block;
  block.frames = frames_;
  block.woke = woke;
  block.content = ++count_;
  if (!is_begun_) {
    is_begun_ = true;
    due_ = woke;
  } else {
    const Nanos expected = due_ + period_;
    const int64_t missed =
        std::max<int64_t>((woke - expected + Nanos(period_.count / 2)).count / period_.count, 0);
    due_ = expected + period_ * missed;
    position_ += frames_ * (missed + 1);
    if (missed > 0) block.lost_error = frames_;
    const Nanos late = woke - due_;
    due_ += late < Nanos(0) ? late : std::min(late, Nanos(period_.count / kDriftShare));
  }
  block.position = position_;
  block.due = due_;
  woke_ = woke;
  return block;
}

}  // namespace holdfast
