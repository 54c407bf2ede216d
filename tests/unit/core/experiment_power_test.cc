// SPDX-License-Identifier: MIT
#include "core/experiment_power.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/event_rate.h"
#include "tests/support/simulated_blocks.h"

namespace holdfast {
namespace {

/// By hand: z = 1.95996 + 1.28155, z^2 / 2 = 5.25371; (sqrt 20 - sqrt 10)^2 = 1.71573.
TEST(ExperimentPower, AHalvingOfTwentyPerMinuteTakesThreeMinutesEach) {
  EXPECT_NEAR(time_needed(20, 0.5, {}), 5.25371 / 1.71573, 1e-4);
  EXPECT_NEAR(time_needed(20, 0.5, {0.05, 0.9, 4}), 4 * 5.25371 / 1.71573, 1e-3);
}

TEST(ExperimentPower, NoDifferenceTakesForEver) {
  EXPECT_TRUE(std::isinf(time_needed(20, 1, {})));
  EXPECT_TRUE(std::isinf(time_needed(0, 0.5, {})));
}

TEST(ExperimentPower, WhatCanBeDetectedTakesJustThatTime) {
  const auto ratio = detectable_ratio(20, 5, {});
  ASSERT_TRUE(ratio.has_value());
  EXPECT_NEAR(time_needed(20, *ratio, {}), 5, 1e-9);
  EXPECT_NEAR(time_needed(rate_needed(5, 0.5, {}), 0.5, {}), 5, 1e-9);
}

TEST(ExperimentPower, TooFewEventsDetectNothing) {
  EXPECT_FALSE(detectable_ratio(1, 5, {}).has_value());
  EXPECT_FALSE(detectable_ratio(0, 5, {}).has_value());
}

TEST(ExperimentPower, SimulatedExperimentsFindWhatWasPromised) {
  const double minutes = time_needed(20, 0.5, {});
  std::mt19937_64 random(5);
  constexpr int kExperiments = 2000;
  int found = 0;
  for (int i = 0; i < kExperiments; ++i) {
    const EventCount none{test::simulated_glitches({20, 1}, minutes, random), minutes};
    const EventCount half{test::simulated_glitches({10, 1}, minutes, random), minutes};
    found += ratio_p_value(half, none) < 0.05;
  }
  // An exact test is more careful than the formula: it finds somewhat less than 90 %.
  EXPECT_NEAR(found / double{kExperiments}, 0.885, 0.03);
}

}  // namespace
}  // namespace holdfast
