// SPDX-License-Identifier: MIT
#include "core/wake_budget.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(WakeBudget, PeriodIsWhatTheMeasuredCostAllows) {
  const WakeBudget budget{.cpu_per_million = 5000};
  EXPECT_EQ(period_within(budget, kMicrosecond * 6 * 100, 100), kMicrosecond * 1200);
  EXPECT_EQ(period_within(budget, kMicrosecond * 60 * 100, 100), kMillisecond * 12);
}

TEST(WakeBudget, PeriodStaysWithinItsLimits) {
  const WakeBudget budget;
  EXPECT_EQ(period_within(budget, Nanos(1000), 1000), budget.shortest_period);
  EXPECT_EQ(period_within(budget, kSecond, 1), budget.longest_period);
}

TEST(WakeBudget, NothingMeasuredIsNotCheap) {
  const WakeBudget budget;
  EXPECT_EQ(period_within(budget, Nanos(0), 10), budget.longest_period);
  EXPECT_EQ(period_within(budget, kSecond, 0), budget.longest_period);
  EXPECT_EQ(period_within({.cpu_per_million = 0}, kSecond, 1), budget.longest_period);
}

}  // namespace
}  // namespace holdfast
