// SPDX-License-Identifier: MIT
#include "core/hold_meter.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

HoldResult hold(std::initializer_list<std::pair<int, double>> parts) {
  HoldMeter meter(100, kSecond * 1000);
  int second = 1000;
  for (const auto& [seconds, value] : parts) {
    for (int i = 0; i < seconds; ++i) meter.add(kSecond * ++second, value);
  }
  return meter.result();
}

TEST(HoldMeter, NothingIsJudgedBeforeTenSeconds) {
  EXPECT_FALSE(hold({{9, 100}}).settled_after);
  EXPECT_TRUE(hold({{10, 100}}).settled_after);
}

TEST(HoldMeter, SettlesWithTheFirstWindowWhoseMedianIsWithin) {
  const HoldResult result = hold({{10, 300}, {30, 105}});
  ASSERT_TRUE(result.settled_after);
  EXPECT_EQ(*result.settled_after, kSecond * 16);  // six of ten readings
  EXPECT_EQ(result.windows, 25);
  EXPECT_TRUE(result.is_held());
}

TEST(HoldMeter, SingleOutliersDoNotMatterAndLongOnesDo) {
  EXPECT_TRUE(hold({{20, 100}, {3, 900}, {20, 100}}).is_held());
  const HoldResult result = hold({{20, 100}, {8, 900}, {20, 100}});
  EXPECT_FALSE(result.is_held());
  EXPECT_DOUBLE_EQ(result.worst_share, 8);
}

TEST(HoldMeter, TenPercentIsWithinAndMoreIsNot) {
  EXPECT_TRUE(hold({{20, 110}}).is_held());
  EXPECT_TRUE(hold({{20, 90}}).is_held());
  EXPECT_FALSE(hold({{20, 111}}).settled_after);
  EXPECT_FALSE(hold({{20, 89}}).is_held());
}

TEST(HoldMeter, MeanAndVariationCountFromTheSettling) {
  const HoldResult result = hold({{10, 0}, {5, 95}, {5, 105}, {20, 100}});
  EXPECT_NEAR(result.mean, 90, 10);
  const HoldResult steady = hold({{30, 100}});
  EXPECT_DOUBLE_EQ(steady.mean, 100);
  EXPECT_DOUBLE_EQ(steady.variation, 0);
}

TEST(HoldMeter, WithoutReadingsThereAreNone) {
  EXPECT_EQ(HoldMeter(100, Nanos(0)).result().readings, 0);
  EXPECT_GT(hold({{15, 40}}).readings, 0);
}

TEST(HoldMeter, TargetThatWasNeverReachedStillHasAMean) {
  const HoldResult result = hold({{15, 40}, {15, 60}});
  EXPECT_FALSE(result.settled_after);
  EXPECT_DOUBLE_EQ(result.mean, 50);
  EXPECT_DOUBLE_EQ(result.variation, 0.2);
}

}  // namespace
}  // namespace holdfast
