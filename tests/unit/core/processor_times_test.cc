// SPDX-License-Identifier: MIT
#include "core/processor_times.h"

#include <gtest/gtest.h>

#include "tests/support/machine_fixture.h"

namespace holdfast {
namespace {

TEST(ProcessorTimes, ReadsARecordedFile) {
  const auto times = parse_processor_times(test::machine_fixture("stat"));
  ASSERT_TRUE(times);
  EXPECT_EQ(times->total.busy, 1'303'517 + 81'006 + 298'522 + 0 + 5983);
  EXPECT_EQ(times->total.idle, 949'278);
  EXPECT_EQ(times->total.iowait, 16'533);
  EXPECT_EQ(times->total.steal, 5236);
  ASSERT_EQ(times->processors.size(), 2U);
  EXPECT_EQ(times->processors[1].number, 1);
  EXPECT_EQ(times->processors[1].steal, 2662);
}

TEST(ProcessorTimes, GuestsAreCountedOnceAsPrograms) {
  const auto times = parse_processor_times(test::machine_fixture("stat", test::kRootWithSteal));
  ASSERT_TRUE(times);
  EXPECT_EQ(times->total.busy, 1000 + 20 + 300 + 6 + 70);
  EXPECT_EQ(times->total.steal, 800);
}

TEST(ProcessorTimes, KeepsTheNumbersWhereAProcessorIsOffline) {
  const auto times =
      parse_processor_times(test::machine_fixture("stat", test::kRootOf128Processors));
  ASSERT_TRUE(times);
  ASSERT_EQ(times->processors.size(), 127U);
  EXPECT_EQ(times->processors[76].number, 76);
  EXPECT_EQ(times->processors[77].number, 78);
  int64_t idle = 0;
  for (const ProcessorTimes& processor : times->processors) idle += processor.idle;
  EXPECT_EQ(times->total.idle, idle);
}

TEST(ProcessorTimes, FirstLineAloneTellsTheTotal) {
  const auto total = parse_total_times("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2");
  ASSERT_TRUE(total);
  EXPECT_EQ(total->steal, 8);
  EXPECT_FALSE(parse_total_times("cpu0 1 2 3 4 5 6 7 8 9 10\n"));
}

TEST(ProcessorTimes, RefusesWhatIsNotStat) {
  for (const char* bad :
       {"", "intr 1\n", "cpu  1 2 3 4 5 6 7\n", "cpu  1 2 3 4 5 6 7 x\n", "cpux 1 2 3 4 5 6 7 8\n",
        "cpu  1 2 3 4 5 6 7 -8\n", "cpu  1 2 3 4 5 6 7 8\ncpu0 1 2\n",
        "cpu  1 2 3 4 5 6 7 8\ncpu  1 2 3 4 5 6 7 8\n",
        "cpu  9223372036854775807 9223372036854775807 3 4 5 6 7 8\n"}) {
    const auto times = parse_processor_times(bad);
    ASSERT_FALSE(times) << bad;
    EXPECT_EQ(times.error().kind, ErrorKind::kBadData);
  }
}

}  // namespace
}  // namespace holdfast
