// SPDX-License-Identifier: MIT
// Law 1, frames add up: elapsed = received + missing, whatever a device says. And what was given
// up as final adds up to the total.
#include <gtest/gtest.h>

#include <random>

#include "rt/timeline.h"
#include "tests/support/block_builder.h"

namespace holdfast {
namespace {

using test::block_at;
using test::kRateHz;

/// A device gone mad: jumps, twins, backward steps, silence, torn blocks, restarts.
Block next_block(std::mt19937_64& random, Block last) {
  Block block = last;
  block.position += last.frames;
  block.content = random() % 4;
  block.is_silent = random() % 8 == 0;
  block.is_torn = random() % 16 == 0;
  block.due += duration_of(last.frames, kRateHz);
  switch (random() % 16) {
    case 0:
      block.position += Frames(static_cast<int64_t>(random() % 100));
      break;
    case 1:
      block.position = last.position;
      break;
    case 2:
      block.position -= Frames(static_cast<int64_t>(random() % 400));
      break;
    case 3:
      block.frames = Frames(static_cast<int64_t>(random() % 64) + 1);
      break;
    case 4:
      block.position += Frames(static_cast<int64_t>(random() % (int64_t{1} << 42)));
      break;
    case 5:
      block.epoch++;
      block.lost_before = Frames(static_cast<int64_t>(random() % 90) - 10);
      break;
    default:
      break;
  }
  block.woke = block.due + Nanos(static_cast<int64_t>(random() % 100'000));
  return block;
}

TEST(TimelineLaws, FramesAddUpForAnySequenceOfBlocks) {
  for (uint64_t seed = 1; seed <= 300; seed++) {
    std::mt19937_64 random(seed);
    Timeline timeline(kRateHz);
    Frames final_missing;
    int64_t final_gaps = 0;
    const auto take = [&](const Gap& gap) {
      EXPECT_GE(gap.missing, Frames(0));
      final_missing += gap.missing;
      final_gaps++;
    };
    Block block = block_at(static_cast<int64_t>(random() % 1'000'000));
    for (int i = 0; i < 2000; i++) {
      const Placement placement = timeline.place(block);
      if (placement.has_closed_gap) take(timeline.closed_gap());
      const Totals& totals = timeline.totals();
      ASSERT_EQ(totals.elapsed, totals.received + totals.missing) << "seed " << seed << " at " << i;
      ASSERT_GE(totals.missing, Frames(0));
      block = next_block(random, block);
    }
    if (timeline.finish()) take(timeline.closed_gap());
    ASSERT_EQ(timeline.totals().missing, final_missing) << "seed " << seed;
    ASSERT_EQ(timeline.totals().gaps, final_gaps) << "seed " << seed;
  }
}

}  // namespace
}  // namespace holdfast
