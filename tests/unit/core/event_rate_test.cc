// SPDX-License-Identifier: MIT
#include "core/event_rate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/dispersion.h"
#include "tests/support/simulated_blocks.h"

namespace holdfast {
namespace {

// Values of R 4.2.2: poisson.test().
TEST(EventRate, IntervalOfARateIsThatOfR) {
  const Interval a = rate_interval({137, 24.19893}, 0.05);
  EXPECT_NEAR(a.low, 4.75312480485, 1e-9);
  EXPECT_NEAR(a.high, 6.69270933418, 1e-9);
  const Interval b = rate_interval({25, 2}, 0.01);
  EXPECT_NEAR(b.low, 6.99768721659, 1e-9);
  EXPECT_NEAR(b.high, 20.50020642569, 1e-9);
}

TEST(EventRate, WithoutAnEventTheLimitIsGarwoods) {
  const Interval none = rate_interval({0, 10}, 0.05);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.368887945411, 1e-11);
}

// Garwood's own table (Biometrika 28, 1936; also E. Pearson & H. Hartley, "Biometrika Tables for
// Statisticians" I, 1966, table 40), central 95 %.
TEST(EventRate, IntervalsAreThoseOfGarwoodsTable) {
  const double table[][3] = {{1, 0.0253, 5.57}, {2, 0.242, 7.22},   {5, 1.62, 11.67},
                             {10, 4.80, 18.39}, {20, 12.22, 30.89}, {50, 37.11, 65.92}};
  for (const auto& [events, low, high] : table) {
    const Interval interval = rate_interval({events, 1}, 0.05);
    EXPECT_NEAR(interval.low, low, 0.006) << events;
    EXPECT_NEAR(interval.high, high, 0.006) << events;
  }
}

TEST(EventRate, IntervalOfARatioIsThatOfR) {
  const Interval a = ratio_interval({11, 800}, {21, 3011}, 0.05);
  EXPECT_NEAR(a.low, 0.858426403392, 1e-9);
  EXPECT_NEAR(a.high, 4.277265943654, 1e-9);
  EXPECT_NEAR(ratio_of({11, 800}, {21, 3011}), 1.971488095238, 1e-11);
  const Interval b = ratio_interval({41, 3}, {20, 2.5}, 0.1);
  EXPECT_NEAR(b.low, 1.06152983588, 1e-9);
  EXPECT_NEAR(b.high, 2.80581815505, 1e-9);
}

TEST(EventRate, ARatioOfNothingToTwelveHasAnUpperLimit) {
  const Interval interval = ratio_interval({0, 5}, {12, 5}, 0.05);
  EXPECT_EQ(interval.low, 0);
  EXPECT_NEAR(interval.high, 0.359893817288, 1e-10);
  EXPECT_NEAR(ratio_p_value({0, 5}, {12, 5}), 0.000488281250, 1e-12);
}

TEST(EventRate, NothingInTheReferenceLeavesTheRatioOpenAbove) {
  EXPECT_TRUE(std::isinf(ratio_interval({12, 5}, {0, 5}, 0.05).high));
  EXPECT_TRUE(std::isnan(ratio_of({0, 5}, {0, 5})));
  EXPECT_EQ(ratio_p_value({0, 5}, {0, 5}), 1);
}

/// R: 2 * (1 - pbinom(10, 32, 800 / 3811)).
TEST(EventRate, ThePValueIsTwiceTheSmallerTail) {
  EXPECT_NEAR(ratio_p_value({11, 800}, {21, 3011}), 0.112017319575, 1e-11);
}

TEST(EventRate, TestAndIntervalAlwaysAgree) {
  for (const double factor : {1.0, 3.7}) {
    for (const double degrees : {2.0, 9.0, kManyDegrees}) {
      for (int n = 0; n < 60; ++n) {
        const EventCount treated{static_cast<double>(n), 3};
        const Dispersion dispersion{factor, degrees};
        const bool is_different = ratio_p_value(treated, {30, 4}, dispersion) < 0.05;
        EXPECT_EQ(is_different, !ratio_interval(treated, {30, 4}, 0.05, dispersion).has(1)) << n;
      }
    }
  }
}

TEST(EventRate, BurstsAndUncertaintyAboutThemWidenAnInterval) {
  const Interval plain = rate_interval({50, 1}, 0.05);
  const Interval bursts = rate_interval({50, 1}, 0.05, {5, kManyDegrees});
  const Interval unsure = rate_interval({50, 1}, 0.05, {5, 4});
  EXPECT_LT(bursts.low, plain.low);
  EXPECT_GT(bursts.high, plain.high);
  EXPECT_LT(unsure.low, bursts.low);
  EXPECT_GT(unsure.high, bursts.high);
}

TEST(EventRate, BlocksThatLookSmootherThanChanceNarrowNothing) {
  EXPECT_EQ(rate_interval({50, 1}, 0.05, {0.2, 30}).high, rate_interval({50, 1}, 0.05).high);
  EXPECT_EQ(ratio_p_value({40, 1}, {60, 1}, {0.2, 30}), ratio_p_value({40, 1}, {60, 1}));
}

TEST(EventRate, FarOutTheLimitsAreGivenNotExceptions) {
  for (const double factor : {0.2, 1.0, 9.0, 300.0}) {
    for (const double degrees : {1.0, 2.0, 5.0, 40.0}) {
      for (const double error : {1e-15, 1e-9, 1e-4, 0.05}) {
        for (const double events : {0.0, 1.0, 3.0, 4000.0}) {
          const Interval interval = ratio_interval({events, 3}, {40, 3}, error, {factor, degrees});
          EXPECT_TRUE(interval.low >= 0 && interval.low <= interval.high);
          const Interval rate = rate_interval({events, 3}, error, {factor, degrees});
          EXPECT_TRUE(rate.low >= 0 && rate.low <= rate.high);
        }
      }
    }
  }
}

TEST(EventRate, WithoutAnyDegreeOfFreedomNothingIsKnown) {
  const Interval interval = ratio_interval({3, 1}, {30, 1}, 0.05, {1, 0});
  EXPECT_EQ(interval.low, 0);
  EXPECT_TRUE(std::isinf(interval.high));
  EXPECT_EQ(ratio_p_value({3, 1}, {30, 1}, {1, 0}), 1);
}

/// The long form is `bench/experiment_statistics`: 10,000 for each kind.
TEST(EventRate, IntervalsHoldTheTruthInSimulatedExperimentsBurstsIncluded) {
  constexpr int kExperiments = 1000;
  for (const double burst : {1.0, 2.0, 5.0}) {
    std::mt19937_64 random(7);
    int rate_held = 0;
    int ratio_held = 0;
    for (int i = 0; i < kExperiments; ++i) {
      const ArmBlocks none = test::simulated_arm({20, burst}, 15, 0.25, random);
      const ArmBlocks half = test::simulated_arm({10, burst}, 15, 0.25, random);
      const Dispersion dispersion = estimate_dispersion({none, half});
      rate_held += rate_interval(sum_of(none), 0.05, estimate_dispersion({none})).has(20);
      ratio_held += ratio_interval(sum_of(half), sum_of(none), 0.05, dispersion).has(0.5);
    }
    EXPECT_GE(rate_held, kExperiments * 94 / 100) << burst;
    EXPECT_GE(ratio_held, kExperiments * 94 / 100) << burst;
  }
}

}  // namespace
}  // namespace holdfast
