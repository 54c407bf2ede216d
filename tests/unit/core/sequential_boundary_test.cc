// SPDX-License-Identifier: MIT
#include "core/sequential_boundary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/distributions.h"

namespace holdfast {
namespace {

/// As published with the function (D. Reboussin, D. DeMets, K. Kim & K. Lan, "Computations for
/// group sequential boundaries using the Lan-DeMets spending function method", Control. Clin.
/// Trials 21, 2000) and as R's ldbounds gives them: five looks, two-sided 5 %.
TEST(SequentialBoundary, FiveEqualLooksAreThoseOfTheTable) {
  const std::vector<double> boundaries = sequential_boundaries({0.2, 0.4, 0.6, 0.8, 1}, 0.05);
  const double table[] = {4.877, 3.357, 2.680, 2.290, 2.031};
  ASSERT_EQ(boundaries.size(), 5U);
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(boundaries[i], table[i], 0.001) << i;
}

TEST(SequentialBoundary, OneLookIsTheOrdinaryTest) {
  EXPECT_NEAR(sequential_boundaries({1}, 0.05).front(), 1.95996, 1e-4);
  EXPECT_NEAR(sequential_errors(1, 0.05).front(), 0.05, 1e-5);
}

TEST(SequentialBoundary, TooEarlyIsEight) {
  const std::vector<double> boundaries = sequential_boundaries({0.02, 1}, 0.05);
  EXPECT_NEAR(boundaries.front(), 8, 1e-9);
  EXPECT_NEAR(boundaries.back(), 1.95996, 1e-3);
}

TEST(SequentialBoundary, ErrorsGrowFromLookToLookAndStayBelowTheWhole) {
  const std::vector<double> errors = sequential_errors(12, 0.05);
  ASSERT_EQ(errors.size(), 12U);
  for (size_t i = 1; i < errors.size(); ++i) EXPECT_GT(errors[i], errors[i - 1]);
  EXPECT_LT(errors.back(), 0.05);
  EXPECT_GT(errors.back(), 0.035);
}

TEST(SequentialBoundary, AllLooksTogetherAreWrongAsOftenAsOne) {
  constexpr int kLooks = 8;
  constexpr int kExperiments = 40'000;
  const std::vector<double> errors = sequential_errors(kLooks, 0.05);
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  int different = 0;
  for (int i = 0; i < kExperiments; ++i) {
    double score = 0;
    bool is_different = false;
    for (int look = 1; look <= kLooks; ++look) {
      score += normal(random);
      const double z = std::abs(score) / std::sqrt(look);
      is_different = is_different || 2 * normal_tail(z) < errors[static_cast<size_t>(look - 1)];
    }
    different += is_different;
  }
  EXPECT_NEAR(different / double{kExperiments}, 0.05, 0.004);  // 3.7 standard errors
}

}  // namespace
}  // namespace holdfast
