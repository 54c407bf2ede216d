// SPDX-License-Identifier: MIT
#include "core/lateness_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace holdfast {
namespace {

TEST(LatenessHistogram, PercentilesAreWithinOneStepOfTheTruth) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> distribution(10, 3);
  LatenessHistogram histogram;
  std::vector<int64_t> values;
  for (int i = 0; i < 100'000; i++) {
    values.push_back(static_cast<int64_t>(distribution(random)));
    histogram.add(Nanos(values.back()));
  }
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto rank = static_cast<size_t>(std::ceil(fraction * 100'000)) - 1;
    const auto truth = static_cast<double>(values[rank]);
    const auto found = static_cast<double>(histogram.percentile(fraction).count);
    EXPECT_GE(found, truth);
    EXPECT_LE(found, truth * (1 + 1.0 / 32) + 1);
  }
  EXPECT_EQ(histogram.maximum(), Nanos(values.back()));
  EXPECT_EQ(histogram.percentile(1.0), histogram.maximum());
}

TEST(LatenessHistogram, EmptyOneSaysZero) {
  EXPECT_EQ(LatenessHistogram().percentile(0.5), Nanos(0));
}

TEST(LatenessHistogram, EarlyCountsAsZeroAndAgesFit) {
  LatenessHistogram histogram;
  histogram.add(Nanos(-5));
  histogram.add(Nanos(INT64_MAX));
  EXPECT_EQ(histogram.count(), 2);
  EXPECT_EQ(histogram.percentile(0.5), Nanos(0));
  EXPECT_EQ(histogram.maximum(), Nanos(INT64_MAX));
}

TEST(LatenessHistogram, SumOfTwoIsTheHistogramOfBoth) {
  LatenessHistogram a;
  LatenessHistogram b;
  LatenessHistogram both;
  for (int64_t i = 0; i < 1000; i++) {
    (i % 2 == 0 ? a : b).add(Nanos(i * i));
    both.add(Nanos(i * i));
  }
  a.add(b);
  EXPECT_EQ(a, both);
}

}  // namespace
}  // namespace holdfast
