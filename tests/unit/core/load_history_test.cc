// SPDX-License-Identifier: MIT
#include "core/load_history.h"

#include <gtest/gtest.h>

#include "tests/support/load_readings.h"

namespace holdfast {
namespace {

using test::memory_used;
using test::processors_used;

TEST(LoadHistory, NothingIsKnownWithoutReadings) {
  LoadHistory load(test::kAllMemory);
  load.begin(Nanos(0));
  EXPECT_FALSE(load.cpu_percent(0) || load.memory_percent(0));
  load.add(memory_used(kSecond, 50));
  load.add(processors_used(kSecond, kSecond));
  EXPECT_FALSE(load.cpu_percent(0) || load.memory_percent(0)) << "one reading spans no time";
}

TEST(LoadHistory, EachSecondHasItsOwnLoad) {
  LoadHistory load(test::kAllMemory);
  load.begin(kSecond);
  load.add(processors_used(kSecond, Nanos(0)));
  load.add(processors_used(kSecond * 2, kSecond));      // half of 2 s
  load.add(processors_used(kSecond * 3, kSecond * 3));  // all
  EXPECT_EQ(load.cpu_percent(0), 50);
  EXPECT_EQ(load.cpu_percent(1), 100);
  load.add(memory_used(kSecond, 20));
  load.add(memory_used(kSecond * 2, 20));
  load.add(memory_used(kSecond * 3, 90));
  EXPECT_EQ(load.memory_percent(0), 20);
  EXPECT_EQ(load.memory_percent(1), 55) << "on its way from 20 to 90";
}

TEST(LoadHistory, ALateReadingTellsOfAllSecondsBeforeIt) {
  LoadHistory load(test::kAllMemory);
  load.begin(kSecond * 10);
  load.add(processors_used(kSecond * 9, kSecond));
  load.add(processors_used(kSecond * 14, kSecond * 9));  // 8 of 10 s
  for (int64_t second = 0; second < 4; ++second) EXPECT_EQ(load.cpu_percent(second), 80) << second;
}

TEST(LoadHistory, SecondsWithoutAReadingAreLikeTheirNeighbours) {
  LoadHistory load(test::kAllMemory);
  load.begin(Nanos(0));
  load.add(memory_used(kSecond * 5, 30));
  load.add(memory_used(kSecond * 6, 30));
  EXPECT_EQ(load.memory_percent(0), 30);
  EXPECT_EQ(load.memory_percent(99), 30);
}

TEST(LoadHistory, ReadingsThatMakeNoSenseAreSkipped) {
  LoadHistory load(test::kAllMemory);
  load.begin(Nanos(0));
  load.add(memory_used(kSecond, 30));
  load.add(memory_used(kSecond, 90));  // not later
  MemoryRecord unknown = memory_used(kSecond * 2, 0);
  unknown.available_bytes = -1;
  load.add(unknown);
  load.add(memory_used(kSecond * 3, 30));
  EXPECT_EQ(load.memory_percent(2), 30);
  LoadHistory without_size(0);
  without_size.begin(Nanos(0));
  without_size.add(memory_used(kSecond, 30));
  without_size.add(memory_used(kSecond * 2, 30));
  EXPECT_FALSE(without_size.memory_percent(1));
}

TEST(LoadHistory, ADayIsKeptAndNoMore) {
  LoadHistory load(test::kAllMemory);
  load.begin(Nanos(0));
  load.add(memory_used(Nanos(0), 30));
  load.add(memory_used(kSecond * LoadHistory::kMostSeconds * 1000, 30));
  EXPECT_EQ(load.memory_percent(LoadHistory::kMostSeconds + 5), 30);
}

}  // namespace
}  // namespace holdfast
