// SPDX-License-Identifier: MIT
#include "core/fleet_comparison.h"

#include <gtest/gtest.h>

#include <cmath>

namespace holdfast {
namespace {

/// `glitches` spread evenly over 64 buckets.
FleetBuckets even_part(double glitches, double sessions) {
  return FleetBuckets(64, {sessions / 64, glitches / 64, glitches / 64, sessions / 60 / 64});
}

TEST(FleetComparison, HalfTheRateIsHalf) {
  const FleetComparison half = compare(even_part(64, 64'000), even_part(128, 64'000), 0.05);
  EXPECT_NEAR(half.ratio.value, 0.5, 1e-12);
  EXPECT_TRUE(half.ratio.interval.has(0.5));
  EXPECT_EQ(half.ratio.basis, IntervalBasis::kUsers);
}

/// Glitches in the same buckets at the same share: users differ, the parts do not.
TEST(FleetComparison, WhoHasManyGlitchesInBothPartsAddsNoDoubt) {
  FleetBuckets part(64, {100, 1, 1, 10});
  FleetBuckets reference(64, {100, 2, 2, 10});
  part[5] = {100, 50, 50, 10};
  reference[5] = {100, 100, 100, 10};
  const FleetComparison paired = compare(part, reference, 0.05);
  EXPECT_NEAR(paired.ratio.interval.low, 0.5, 1e-9);
  EXPECT_NEAR(paired.ratio.interval.high, 0.5, 1e-9);
}

TEST(FleetComparison, WithoutAGlitchInOnePartItIsExact) {
  const FleetComparison none = compare(even_part(0, 6000), even_part(64, 6000), 0.05);
  EXPECT_EQ(none.ratio.value, 0);
  EXPECT_EQ(none.ratio.interval.low, 0);
  EXPECT_LT(none.ratio.interval.high, 0.1);
  EXPECT_EQ(none.ratio.basis, IntervalBasis::kSessions);
  EXPECT_LT(none.p_value, 1e-6);
  const FleetComparison neither = compare(even_part(0, 6000), even_part(0, 6000), 0.05);
  EXPECT_EQ(neither.p_value, 1);
  EXPECT_FALSE(neither.more_sessions);
}

TEST(FleetComparison, WithoutSessionsThereIsNothingToSay) {
  EXPECT_EQ(compare({}, even_part(64, 6000), 0.05).p_value, 1);
  EXPECT_FALSE(compare({}, {}, 0.05).more_sessions);
}

/// For a ratio of 0.5 at 80 % power: 49.0 glitches against 24.5, whatever the sessions are. At one
/// of 400 in the reference that is about 39,200 sessions.
TEST(FleetComparison, SaysHowManySessionsAreStillNeeded) {
  const double rate = 1.0 / 400;
  const FleetComparison few =
      compare(even_part(6400 * rate / 2, 6400), even_part(6400 * rate, 6400), 0.05);
  ASSERT_TRUE(few.more_sessions);
  EXPECT_NEAR(*few.more_sessions + 12'800, 2 * 49.009244 / rate, 1);
  const FleetComparison enough =
      compare(even_part(64'000 * rate / 2, 64'000), even_part(64'000 * rate, 64'000), 0.05);
  EXPECT_EQ(enough.more_sessions, 0);
}

/// The example of Holm's method: 0.01 0.04 0.03 0.005 become 0.03 0.06 0.06 0.02.
TEST(FleetComparison, SeveralComparisonsAreAllowedFor) {
  const std::vector<double> adjusted = holm_adjusted({0.01, 0.04, 0.03, 0.005});
  ASSERT_EQ(adjusted.size(), 4U);
  EXPECT_NEAR(adjusted[0], 0.03, 1e-12);
  EXPECT_NEAR(adjusted[1], 0.06, 1e-12);
  EXPECT_NEAR(adjusted[2], 0.06, 1e-12);
  EXPECT_NEAR(adjusted[3], 0.02, 1e-12);
  EXPECT_TRUE(holm_adjusted({}).empty());
  EXPECT_EQ(holm_adjusted({0.9, 0.8}).back(), 1);
}

}  // namespace
}  // namespace holdfast
