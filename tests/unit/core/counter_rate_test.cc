// SPDX-License-Identifier: MIT
#include "core/counter_rate.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(CounterRate, FirstReadingGivesNone) {
  CounterRate rate(kSecond, kSecond);
  EXPECT_FALSE(rate.add(kSecond * 5, 1000));
}

TEST(CounterRate, CoversAtLeastTheShortestTime) {
  CounterRate rate(kSecond, kSecond * 5);
  rate.add(Nanos(0), 0);
  EXPECT_FALSE(rate.add(kMillisecond * 500, 50));
  EXPECT_DOUBLE_EQ(*rate.add(kMillisecond * 2000, 300), 150);
}

TEST(CounterRate, RunsFromChangeToChangeWhenTheKernelUpdatesSeldom) {
  // Read every 50 ms, updated every 2 s by 800 ms: 0.4 each time, never 0 or 0.8.
  CounterRate rate(kMillisecond * 1900, kSecond * 5);
  int rates = 0;
  for (int64_t ms = 0; ms <= 20'000; ms += 50) {
    const int64_t counter = ms / 2004 * 2004 * 4 / 10;
    const auto value = rate.add(kMillisecond * ms, counter);
    if (!value) continue;
    if (++rates == 1) continue;  // it began between two updates
    EXPECT_NEAR(*value, 400, 12);
  }
  EXPECT_GE(rates, 9);
}

TEST(CounterRate, CounterThatStandsStillHasRateZeroAfterTheLongestTime) {
  CounterRate rate(kSecond, kSecond * 5);
  rate.add(Nanos(0), 7);
  EXPECT_FALSE(rate.add(kSecond * 4, 7));
  EXPECT_DOUBLE_EQ(*rate.add(kSecond * 5, 7), 0);
}

TEST(CounterRate, UnknownCountersAndThoseThatWentBackGiveNone) {
  CounterRate rate(kSecond, kSecond);
  rate.add(Nanos(0), -1);
  EXPECT_FALSE(rate.add(kSecond * 2, -1));
  EXPECT_FALSE(rate.add(kSecond * 4, 100));
  EXPECT_FALSE(rate.add(kSecond * 6, 50));
  EXPECT_DOUBLE_EQ(*rate.add(kSecond * 8, 70), 10);
}

}  // namespace
}  // namespace holdfast
