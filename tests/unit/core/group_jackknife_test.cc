// SPDX-License-Identifier: MIT
#include "core/group_jackknife.h"

#include <gtest/gtest.h>

#include <cmath>

namespace holdfast {
namespace {

/// For a mean of equal groups, the jackknife is the textbook variance of a mean.
TEST(GroupJackknife, OfAMeanItIsTheVarianceOfTheMean) {
  const std::vector<double> values = {3, 7, 1, 9};
  const double mean = 5;
  std::vector<double> without_each;
  double squares = 0;
  for (const double value : values) {
    without_each.push_back((20 - value) / 3);
    squares += (value - mean) * (value - mean);
  }
  EXPECT_NEAR(jackknife_variance(mean, without_each), squares / 3 / 4, 1e-12);
}

TEST(GroupJackknife, OneGroupTellsNothing) {
  EXPECT_TRUE(std::isinf(jackknife_variance(1, {1})));
  EXPECT_TRUE(std::isinf(jackknife_variance(1, {})));
}

/// Events 3 1 0 4 2 in 10 12 9 11 8 hours; computed apart, with t of 4 degrees from a table.
TEST(GroupJackknife, HoldsAReferenceInterval) {
  std::vector<double> logs;
  const std::vector<std::pair<double, double>> groups = {{3, 10}, {1, 12}, {0, 9}, {4, 11}, {2, 8}};
  for (const auto& [events, hours] : groups) logs.push_back(std::log((10 - events) / (50 - hours)));
  const FleetEstimate estimate = jackknife_estimate(std::log(10.0 / 50), logs, 0.05);
  EXPECT_NEAR(jackknife_variance(std::log(10.0 / 50), logs), 0.12561256, 1e-8);
  EXPECT_NEAR(estimate.value, 0.2, 1e-12);
  EXPECT_NEAR(estimate.interval.low, 0.07476079, 1e-7);
  EXPECT_NEAR(estimate.interval.high, 0.53503984, 1e-7);
  EXPECT_EQ(estimate.basis, IntervalBasis::kUsers);
}

}  // namespace
}  // namespace holdfast
