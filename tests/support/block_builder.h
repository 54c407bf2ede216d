// SPDX-License-Identifier: MIT
// Blocks for tests, on the grid of a 48 kHz device: due when their last frame exists.
#pragma once

#include "rt/block.h"

namespace holdfast::test {

inline constexpr int64_t kRateHz = 48000;

/// A block at `position`, delivered `late` after its due time; content differs with `content`.
inline Block block_at(int64_t position, int64_t frames = 16, uint64_t content = 0) {
  Block block;
  block.position = Frames(position);
  block.frames = Frames(frames);
  block.due = duration_of(Frames(position + frames), kRateHz);
  block.woke = block.due;
  block.content = content != 0 ? content : static_cast<uint64_t>(position + 1);
  return block;
}

inline Block silent(Block block) {
  block.is_silent = true;
  block.content = 0;
  return block;
}

}  // namespace holdfast::test
