// SPDX-License-Identifier: MIT
#include "rt/gap_detector.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/block_builder.h"

namespace holdfast {
namespace {

using test::block_at;
using test::kRateHz;

class GapDetectorTest : public ::testing::Test {
 protected:
  DetectedBlock feed(int64_t position, uint64_t content = 0) {
    Block block = block_at(position, 16, content);
    return detector_.place(block, {});
  }

  std::array<Gap, 2> storage_;
  Ring<Gap> gaps_{storage_};
  GapDetector detector_{kRateHz, PositionSource::kDeviceCounter, &gaps_};
};

TEST_F(GapDetectorTest, AJumpInPositionIsToldWithItsBlock) {
  EXPECT_EQ(feed(1000).missing, Frames(0));
  EXPECT_EQ(feed(1016).missing, Frames(0));
  const DetectedBlock after = feed(1132);
  EXPECT_EQ(after.missing, Frames(100));
  EXPECT_EQ(after.placement.at, Frames(132));
}

TEST_F(GapDetectorTest, ALateLabelTakesTheMissingFramesBack) {
  feed(0);
  EXPECT_EQ(feed(32).missing, Frames(16));
  EXPECT_EQ(feed(32, 77).missing, Frames(-16));
  EXPECT_EQ(detector_.totals().missing, Frames(0));
}

TEST_F(GapDetectorTest, AGapReachesTheOtherThreadOnceItIsFinal) {
  feed(0);
  feed(116);
  std::array<Gap, 4> out;
  EXPECT_EQ(gaps_.pop(out), 0U);
  detector_.finish();
  ASSERT_EQ(gaps_.pop(out), 1U);
  EXPECT_EQ(out[0].missing, Frames(100));
}

TEST_F(GapDetectorTest, GapsWithoutRoomAreCounted) {
  for (int64_t i = 0; i < 5; i++) feed(100 * i);
  detector_.finish();
  EXPECT_EQ(gaps_.dropped(), 2U);
  EXPECT_EQ(detector_.totals().gaps, 4);
}

TEST_F(GapDetectorTest, SamplesDecideWhatIsSilentWhereTheyAreGiven) {
  const std::array<float, 16> silence = {};
  const float* planes[] = {silence.data()};
  Block block = block_at(0);
  detector_.place(block, {planes, 1});
  EXPECT_TRUE(block.is_silent);
}

}  // namespace
}  // namespace holdfast
