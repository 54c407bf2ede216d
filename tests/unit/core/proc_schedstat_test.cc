// SPDX-License-Identifier: MIT
#include "core/proc_schedstat.h"

#include <gtest/gtest.h>

#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

TEST(ProcSchedstat, ReadsARecordedRealTimeThread) {
  const auto schedule = parse_proc_schedstat(test::proc_fixture("task/21731/schedstat"));
  ASSERT_TRUE(schedule);
  EXPECT_EQ(schedule->cpu_ns, 107'651'356);
  EXPECT_EQ(schedule->run_delay_ns, 1'035'402);
  EXPECT_EQ(schedule->slices, 5547);
}

TEST(ProcSchedstat, KernelThatKeepsNothingSaysThreeZeros) {
  const auto schedule = parse_proc_schedstat("0 0 0\n");
  ASSERT_TRUE(schedule);
  EXPECT_EQ(schedule->slices, 0);
}

TEST(ProcSchedstat, RefusesWhatIsNotASchedstatLine) {
  for (const char* bad : {"", "1", "1 2", "1 2 x", "1 2 3 4", "99999999999999999999 2 3"}) {
    const auto schedule = parse_proc_schedstat(bad);
    ASSERT_FALSE(schedule) << bad;
    EXPECT_EQ(schedule.error().kind, ErrorKind::kBadData);
  }
}

}  // namespace
}  // namespace holdfast
