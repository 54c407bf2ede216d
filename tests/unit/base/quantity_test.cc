// SPDX-License-Identifier: MIT
#include "base/quantity.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Quantity, AddsAndComparesWithinOneUnit) {
  EXPECT_EQ(Frames(16) + Frames(32), Frames(48));
  EXPECT_LT(Nanos(-1), Nanos(0));
  EXPECT_EQ(-Frames(5) * 3, Frames(-15));
}

TEST(Quantity, DurationOfAWholeSecondOfFramesIsExactAtAnyPosition) {
  for (const int64_t rate : {8000, 44100, 48000, 96000, 192000}) {
    const int64_t ten_years = int64_t{10} * 366 * 24 * 3600;
    EXPECT_EQ(duration_of(Frames(rate * ten_years), rate), kSecond * ten_years);
  }
}

TEST(Quantity, FramesInADurationRoundTowardZero) {
  EXPECT_EQ(frames_in(Nanos(20833), 48000), Frames(0));
  EXPECT_EQ(frames_in(Nanos(20834), 48000), Frames(1));
  EXPECT_EQ(frames_in(kSecond * 3600, 44100), Frames(44100 * 3600));
}

}  // namespace
}  // namespace holdfast
