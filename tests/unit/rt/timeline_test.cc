// SPDX-License-Identifier: MIT
// One test per rule. The laws over random streams are in timeline_laws_test.cc; real systems are in
// tests/system/recorded_runs_test.cc.
#include "rt/timeline.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/support/block_builder.h"

namespace holdfast {
namespace {

using test::block_at;
using test::kRateHz;
using test::silent;

/// Places blocks and keeps what became final.
struct Stream {
  Timeline timeline{kRateHz};
  std::vector<Gap> gaps;

  Placement place(const Block& block) {
    const Placement placement = timeline.place(block);
    if (placement.has_closed_gap) gaps.push_back(timeline.closed_gap());
    return placement;
  }
  void regular(int64_t from, int64_t blocks) {
    for (int64_t i = 0; i < blocks; i++) place(block_at(from + 16 * i));
  }
  const Totals& finish() {
    if (timeline.finish()) gaps.push_back(timeline.closed_gap());
    return timeline.totals();
  }
};

TEST(Timeline, ConsecutiveBlocksMakeNoGap) {
  Stream stream;
  stream.regular(1'000'000, 1000);
  EXPECT_EQ(stream.finish().missing, Frames(0));
  EXPECT_EQ(stream.timeline.totals().elapsed, Frames(16'000));
  EXPECT_TRUE(stream.gaps.empty());
}

TEST(Timeline, GapIsReportedWhenPositionSkipsOneBlock) {
  Stream stream;
  stream.regular(0, 10);
  const Placement placement = stream.place(block_at(176));
  EXPECT_EQ(placement.at, Frames(176));
  stream.finish();
  ASSERT_EQ(stream.gaps.size(), 1U);
  EXPECT_EQ(stream.gaps[0].position, Frames(160));
  EXPECT_EQ(stream.gaps[0].missing, Frames(16));
  EXPECT_TRUE(stream.gaps[0].is_exact);
}

TEST(Timeline, GapIsExactToOneFrame) {
  Stream stream;
  stream.regular(0, 10);
  stream.regular(161, 10);
  EXPECT_EQ(stream.finish().missing, Frames(1));
  EXPECT_EQ(stream.timeline.totals().elapsed, Frames(321));
}

TEST(Timeline, LatenessRunsFromWhenTheFirstMissingBlockWasDue) {
  Stream stream;
  stream.regular(0, 10);
  Block late = block_at(640);
  late.woke = late.due + kMillisecond;
  stream.place(late);
  stream.finish();
  // Blocks 160 to 624 are missing: 30 of them, the first of which was due after 176 frames.
  const Nanos expected = late.woke - duration_of(Frames(176), kRateHz);
  EXPECT_NEAR(static_cast<double>(lateness(stream.gaps[0]).count),
              static_cast<double>(expected.count), 30);
}

TEST(Timeline, GapStaysOpenUntilNothingCanChangeIt) {
  Stream stream;
  stream.regular(0, 10);
  stream.regular(320, Timeline::kOpenBlocks);
  EXPECT_TRUE(stream.gaps.empty());
  stream.regular(320 + 16 * Timeline::kOpenBlocks, 2);
  EXPECT_EQ(stream.gaps.size(), 1U);
}

TEST(Timeline, LateLabelIsCorrectedByItsTwin) {
  Stream stream;
  stream.regular(0, 10);
  stream.place(block_at(176, 16, 111));                         // really 160: read too late
  const Placement twin = stream.place(block_at(176, 16, 222));  // really 176
  EXPECT_TRUE(twin.is_twin);
  EXPECT_TRUE(twin.is_placed);
  EXPECT_EQ(twin.relocated_from, Frames(176));
  EXPECT_EQ(twin.relocated_by, Frames(16));
  stream.regular(192, 10);
  EXPECT_EQ(stream.finish().missing, Frames(0));
  EXPECT_EQ(stream.timeline.totals().relocated, 1);
  EXPECT_TRUE(stream.gaps.empty());
}

TEST(Timeline, ChainOfLateLabelsMovesAsAWhole) {
  Stream stream;
  stream.regular(0, 10);
  stream.regular(176, 40);                         // each one block too high
  stream.place(block_at(176 + 16 * 39, 16, 999));  // the twin of the last of them
  EXPECT_EQ(stream.finish().missing, Frames(0));
  EXPECT_EQ(stream.timeline.totals().relocated, 40);
}

TEST(Timeline, TwinWithEqualContentMeansABlockWasLost) {
  Stream stream;
  stream.regular(0, 10);
  stream.place(block_at(176, 16, 111));
  const Placement twin = stream.place(block_at(176, 16, 111));
  EXPECT_FALSE(twin.is_placed);
  stream.regular(192, 10);
  EXPECT_EQ(stream.finish().missing, Frames(16));
}

TEST(Timeline, TwinRelocatesOnlyOneBlockOfALargerGap) {
  Stream stream;
  stream.regular(0, 10);
  stream.place(block_at(320, 16, 111));
  stream.place(block_at(320, 16, 222));
  EXPECT_EQ(stream.finish().missing, Frames(144));
  EXPECT_EQ(stream.gaps[0].missing, Frames(144));
}

TEST(Timeline, EmptyTwinIsNotPlaced) {
  Stream stream;
  stream.regular(0, 10);
  stream.place(block_at(320));
  EXPECT_FALSE(stream.place(silent(block_at(320))).is_placed);
  stream.regular(336, 10);
  EXPECT_EQ(stream.finish().missing, Frames(160));
  EXPECT_EQ(stream.timeline.totals().without_data, 1);
}

TEST(Timeline, DataReplaceAnEmptyTwin) {
  Stream stream;
  stream.regular(0, 10);
  stream.place(silent(block_at(320)));
  EXPECT_TRUE(stream.place(block_at(320)).is_placed);
  stream.regular(336, 10);
  EXPECT_EQ(stream.finish().missing, Frames(160));
}

TEST(Timeline, TwinsOfSilenceCannotTellAndSaySo) {
  Stream stream;
  for (int64_t i = 0; i < 10; i++) stream.place(silent(block_at(16 * i)));
  stream.place(silent(block_at(176)));
  stream.place(silent(block_at(176)));
  stream.place(silent(block_at(192)));
  stream.finish();
  ASSERT_EQ(stream.gaps.size(), 1U);
  EXPECT_FALSE(stream.gaps[0].is_exact);
  EXPECT_EQ(stream.gaps[0].error, Frames(16));
}

TEST(Timeline, SilentBlockThatJumpsAmidSoundHoldsNoData) {
  Stream stream;
  stream.regular(0, 10);
  stream.place(silent(block_at(176)));
  stream.regular(192, 10);
  EXPECT_EQ(stream.finish().missing, Frames(32));
  EXPECT_EQ(stream.gaps[0].position, Frames(160));
  EXPECT_EQ(stream.gaps[0].missing, Frames(32));
}

TEST(Timeline, SilenceThatGoesOnAfterAGapIsSilence) {
  Stream stream;
  for (int64_t i = 0; i < 10; i++) stream.place(silent(block_at(16 * i)));
  for (int64_t i = 11; i < 20; i++) stream.place(silent(block_at(16 * i)));
  EXPECT_EQ(stream.finish().missing, Frames(16));
  EXPECT_EQ(stream.timeline.totals().without_data, 0);
}

TEST(Timeline, SilentBlockInItsPlaceIsPlaced) {
  Stream stream;
  stream.regular(0, 10);
  EXPECT_TRUE(stream.place(silent(block_at(160))).is_placed);
  stream.regular(176, 10);
  EXPECT_EQ(stream.finish().missing, Frames(0));
}

TEST(Timeline, TornBlockCountsAsMissing) {
  Stream stream;
  stream.regular(0, 10);
  Block torn = block_at(160);
  torn.is_torn = true;
  EXPECT_FALSE(stream.place(torn).is_placed);
  stream.regular(176, 10);
  EXPECT_EQ(stream.finish().missing, Frames(16));
  EXPECT_EQ(stream.timeline.totals().torn, 1);
}

TEST(Timeline, BackwardStepFillsTheGapThatItFallsInto) {
  Stream stream;
  stream.regular(0, 10);
  stream.regular(192, 4);       // 160 to 191 missing
  stream.place(block_at(160));  // comes after all
  stream.regular(256, 10);
  EXPECT_EQ(stream.finish().missing, Frames(16));
  EXPECT_EQ(stream.gaps[0].position, Frames(176));
  EXPECT_EQ(stream.timeline.totals().backward, 1);
}

TEST(Timeline, BackwardStepOverReceivedFramesLosesNothing) {
  Stream stream;
  stream.regular(0, 10);
  stream.regular(96, 10);
  EXPECT_EQ(stream.finish().missing, Frames(0));
  EXPECT_EQ(stream.timeline.totals().elapsed, Frames(256));
}

TEST(Timeline, AnnouncedRestartGoesOnWithTheLossThatTheDeviceKnows) {
  Stream stream;
  stream.regular(5000, 10);
  Block block = block_at(0);
  block.epoch = 1;
  block.lost_before = Frames(33);
  EXPECT_EQ(stream.place(block).at, Frames(193));
  EXPECT_EQ(stream.finish().missing, Frames(33));
  EXPECT_TRUE(stream.gaps[0].is_exact);
  EXPECT_EQ(stream.gaps[0].source, LossSource::kDevice);
}

TEST(Timeline, RestartOfUnknownLengthIsBoundedByTheClock) {
  Stream stream;
  stream.regular(5000, 10);
  Block block = block_at(0);
  block.epoch = 1;
  block.due = duration_of(Frames(5160 + 100 + 16), kRateHz);
  stream.place(block);
  stream.finish();
  ASSERT_EQ(stream.gaps.size(), 1U);
  EXPECT_FALSE(stream.gaps[0].is_exact);
  EXPECT_NEAR(static_cast<double>(stream.gaps[0].missing.count), 100, 1);
  EXPECT_EQ(stream.gaps[0].error, Frames(16));
}

TEST(Timeline, CounterThatFallsFarBackIsARestart) {
  Stream stream;
  stream.regular(100'000'000, 10);
  Block block = block_at(0);
  block.due = duration_of(Frames(100'000'176), kRateHz);
  stream.place(block);
  EXPECT_EQ(stream.finish().restarts, 1);
  EXPECT_LE(stream.timeline.totals().missing, Frames(1));
}

TEST(Timeline, AdoptGoesOnWhereTheAudioThreadSaysItIs) {
  Stream stream;
  stream.regular(0, 10);
  Totals truth = stream.timeline.totals();
  truth.received += Frames(100);
  truth.missing += Frames(60);
  truth.elapsed += Frames(160);
  EXPECT_FALSE(stream.timeline.adopt(truth, Frames(320), duration_of(Frames(320), kRateHz)));
  EXPECT_EQ(stream.place(block_at(320)).at, Frames(320));
  EXPECT_EQ(stream.finish().missing, Frames(60));
  EXPECT_EQ(stream.timeline.totals().elapsed, Frames(336));
}

/// A server with a blind counter: blocks of 64 frames, woken `behind` after the grid of the
/// counter.
struct BlindStream {
  Timeline timeline{kRateHz, PositionSource::kServerCounter};
  std::vector<Gap> gaps;
  std::vector<Placement> placements;
  Nanos behind;

  void place(int64_t position, Nanos late = Nanos(0), int64_t frames = 64) {
    Block block = block_at(position, frames);
    block.due = block.due + behind;
    block.woke = block.due + late + kMicrosecond * (position / 64 % 7);
    placements.push_back(timeline.place(block));
    if (placements.back().has_closed_gap) gaps.push_back(timeline.closed_gap());
  }
  int64_t regular(int64_t from, int64_t blocks) {
    for (int64_t i = 0; i < blocks; i++) place(from + 64 * i);
    return from + 64 * blocks;
  }
  const Totals& finish() {
    while (timeline.finish()) gaps.push_back(timeline.closed_gap());
    return timeline.totals();
  }
};

TEST(Timeline, TimeThatABlindCounterDidNotCountIsALossOfTheServer) {
  BlindStream stream;
  const int64_t lost_at = stream.regular(0, 200);
  stream.behind = kMillisecond * 10;
  stream.regular(lost_at, 200);
  const Totals& totals = stream.finish();
  ASSERT_EQ(stream.gaps.size(), 1U);
  const Gap& gap = stream.gaps[0];
  EXPECT_EQ(gap.source, LossSource::kServer);
  EXPECT_FALSE(gap.is_exact);
  EXPECT_EQ(gap.position, Frames(lost_at));
  EXPECT_NEAR(static_cast<double>(gap.missing.count), 480, static_cast<double>(gap.error.count));
  EXPECT_LE(gap.error, Frames(64));
  EXPECT_EQ(totals.elapsed, totals.received + totals.missing);
  EXPECT_EQ(totals.received, Frames(400 * 64));
}

TEST(Timeline, AnotherBlockSizeIsNoLossOfTheServer) {
  BlindStream stream;
  const int64_t changed_at = stream.regular(0, 200);
  stream.behind = kMillisecond * 4;  // PipeWire 0.3.65 from 256 to 64 frames: by 192
  for (int64_t i = 0; i < 800; i++) stream.place(changed_at + 16 * i, Nanos(0), 16);
  EXPECT_EQ(stream.finish().missing, Frames(0));
  EXPECT_TRUE(stream.gaps.empty());
}

TEST(Timeline, BlocksAfterALossOfTheServerMoveUp) {
  BlindStream stream;
  const int64_t lost_at = stream.regular(0, 200);
  stream.behind = kMillisecond * 10;
  stream.regular(lost_at, 100);
  int64_t moved = 0;
  for (size_t i = 200; i < 300; i++) {
    const Placement& placement = stream.placements[i];
    if (placement.relocated_by == Frames(0)) continue;
    moved++;
    EXPECT_EQ(placement.relocated_from, Frames(lost_at));
    EXPECT_EQ(placement.at, Frames(static_cast<int64_t>(i) * 64) - placement.relocated_by);
  }
  EXPECT_EQ(moved, 1);
}

TEST(Timeline, AGapThatFollowsALossOfTheServerIsToldAfterIt) {
  BlindStream stream;
  const int64_t lost_at = stream.regular(0, 200);
  stream.behind = kMillisecond * 10;
  const int64_t gap_at = stream.regular(lost_at, 20);
  stream.regular(gap_at + 128, 400);
  stream.finish();
  ASSERT_EQ(stream.gaps.size(), 2U);
  EXPECT_EQ(stream.gaps[0].source, LossSource::kServer);
  EXPECT_EQ(stream.gaps[1].source, LossSource::kClient);
  EXPECT_EQ(stream.gaps[1].position, Frames(gap_at) + stream.gaps[0].missing);
  EXPECT_EQ(stream.gaps[1].missing, Frames(128));
}

TEST(Timeline, AGapThatComesBeforeALossOfTheServerIsToldBeforeIt) {
  BlindStream stream;
  stream.regular(0, 200);
  const int64_t lost_at = stream.regular(200 * 64 + 128, 20);
  stream.behind = kMillisecond * 10;
  stream.regular(lost_at, 400);
  stream.finish();
  ASSERT_EQ(stream.gaps.size(), 2U);
  EXPECT_EQ(stream.gaps[0].source, LossSource::kClient);
  EXPECT_EQ(stream.gaps[1].source, LossSource::kServer);
  EXPECT_EQ(stream.gaps[1].position, Frames(lost_at));
}

TEST(Timeline, ACounterThatIsNotBlindIsNotWatched) {
  Stream stream;
  for (int64_t i = 0; i < 400; i++) {
    Block block = block_at(16 * i);
    if (i >= 200) block.woke = block.due = block.due + kMillisecond * 10;
    stream.place(block);
  }
  EXPECT_EQ(stream.finish().gaps, 0);
}

TEST(Timeline, ARestartThatTheServerCausedIsTheServers) {
  BlindStream stream;
  stream.regular(0, 200);
  Block block = block_at(0, 64);
  block.epoch = 1;
  block.due = block.woke = block_at(199 * 64, 64).due + kSecond;
  block.source = LossSource::kServer;
  stream.timeline.place(block);
  stream.finish();
  ASSERT_EQ(stream.gaps.size(), 1U);
  EXPECT_EQ(stream.gaps[0].source, LossSource::kServer);
  EXPECT_EQ(stream.gaps[0].missing, Frames(48000 - 64));
  EXPECT_EQ(stream.gaps[0].error, Frames(64));
}

}  // namespace
}  // namespace holdfast
