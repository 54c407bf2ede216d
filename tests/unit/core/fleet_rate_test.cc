// SPDX-License-Identifier: MIT
#include "core/fleet_rate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace holdfast {
namespace {

TEST(FleetRate, RatesAreRatiosOfSumsWithTheScatterBetweenUsers) {
  const FleetBuckets buckets = {{100, 3, 3, 10}, {120, 1, 1, 12}, {90, 0, 0, 9},
                                {110, 4, 4, 11}, {80, 2, 2, 8},   {}};
  const FleetEstimate rate = glitches_per_hour(buckets, 0.05);
  EXPECT_NEAR(rate.value, 0.2, 1e-12);
  EXPECT_NEAR(rate.interval.low, 0.07476079, 1e-7) << "the empty bucket is no group";
  EXPECT_NEAR(rate.interval.high, 0.53503984, 1e-7);
  const FleetEstimate share = glitched_share(buckets, 0.05);
  EXPECT_NEAR(share.value, 0.02, 1e-12);
  EXPECT_NEAR(share.interval.low, 0.007476079, 1e-8);
}

/// 25 of 10,000: Clopper-Pearson .00161850 to .00368830, Garwood 16.178682 to 36.904932.
TEST(FleetRate, WithOneBucketItIsExactAndSaysSo) {
  const FleetBuckets one = {{10'000, 25, 25, 1}};
  const FleetEstimate share = glitched_share(one, 0.05);
  EXPECT_NEAR(share.interval.low, 0.00161850, 1e-8);
  EXPECT_NEAR(share.interval.high, 0.00368830, 1e-8);
  EXPECT_EQ(share.basis, IntervalBasis::kSessions);
  const FleetEstimate rate = glitches_per_hour(one, 0.05);
  EXPECT_NEAR(rate.interval.low, 16.178682, 1e-5);
  EXPECT_NEAR(rate.interval.high, 36.904932, 1e-5);
}

/// "Rule of three": E. Eypasch et al., BMJ 311, 1995.
TEST(FleetRate, WithoutAGlitchThereIsAnUpperLimit) {
  const FleetBuckets buckets = {{500, 0, 0, 5}, {500, 0, 0, 5}};
  const FleetEstimate share = glitched_share(buckets, 0.10);
  EXPECT_EQ(share.value, 0);
  EXPECT_EQ(share.interval.low, 0);
  EXPECT_NEAR(share.interval.high, 3.0 / 1000, 1e-4);
}

TEST(FleetRate, OneUserWithAllGlitchesMakesTheIntervalWide) {
  FleetBuckets even(64, {100, 1, 1, 10});
  FleetBuckets uneven(64, {100, 0, 0, 10});
  uneven[3] = {100, 60, 60, 10};
  uneven[9] = {100, 4, 4, 10};
  EXPECT_NEAR(glitches_per_hour(even, 0.05).interval.high, 0.1, 0.001);
  EXPECT_GT(glitches_per_hour(uneven, 0.05).interval.high, 0.5);
}

TEST(FleetRate, NothingIsKnownOfNothing) {
  EXPECT_EQ(glitched_share({}, 0.05).interval.high, 1);
  EXPECT_EQ(glitches_per_hour({}, 0.05).value, 0);
  EXPECT_TRUE(std::isinf(glitches_per_hour({}, 0.05).interval.high));
}

}  // namespace
}  // namespace holdfast
