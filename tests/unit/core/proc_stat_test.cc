// SPDX-License-Identifier: MIT
#include "core/proc_stat.h"

#include <gtest/gtest.h>

#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

std::string line_with(const std::string& name, const std::string& policy) {
  std::string line = "7 (" + name + ") S";
  for (int field = 4; field <= 39; ++field) line += " " + std::to_string(field * 100);
  return line + " 70 " + policy + " 0 0 0\n";
}

TEST(ProcStat, ReadsEachFieldAtItsNumber) {
  const auto stat = parse_proc_stat(line_with("audio", "1"));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->id, 7);
  EXPECT_EQ(stat->name, "audio");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->minor_faults, 1000);
  EXPECT_EQ(stat->major_faults, 1200);
  EXPECT_EQ(stat->user_ticks, 1400);
  EXPECT_EQ(stat->system_ticks, 1500);
  EXPECT_EQ(stat->rt_priority, 70);
  EXPECT_EQ(stat->policy, SchedulingPolicy::kFifo);
  EXPECT_TRUE(stat->is_realtime());
}

TEST(ProcStat, NameMayHoldParenthesesSpacesAndWhatLooksLikeFields) {
  for (const char* name : {"a) R 1 (b", ")", "((", "", "a b", "x\ny"}) {
    const auto stat = parse_proc_stat(line_with(name, "0"));
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->name, name);
    EXPECT_EQ(stat->minor_faults, 1000);
  }
}

TEST(ProcStat, ResetOnForkIsNotPartOfThePolicy) {
  const auto stat = parse_proc_stat(line_with("audio", std::to_string(0x40000002U)));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->policy, SchedulingPolicy::kRoundRobin);
}

TEST(ProcStat, ReadsARecordedRealTimeThread) {
  const auto stat = parse_proc_stat(test::proc_fixture("task/21731/stat"));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->name, "audio (in) R 1");
  EXPECT_EQ(stat->rt_priority, 70);
  EXPECT_EQ(to_text(stat->policy), "SCHED_FIFO");
  EXPECT_EQ(stat->minor_faults, 6);
}

TEST(ProcStat, OrdinaryThreadIsNotRealTime) {
  const auto stat = parse_proc_stat(test::proc_fixture("task/21730/stat"));
  ASSERT_TRUE(stat);
  EXPECT_FALSE(stat->is_realtime());
  EXPECT_EQ(to_text(stat->policy), "SCHED_OTHER");
}

TEST(ProcStat, NamesPoliciesItDoesNotKnow) {
  EXPECT_EQ(to_text(static_cast<SchedulingPolicy>(9)), "policy 9");
}

TEST(ProcStat, RefusesWhatIsNotAStatLine) {
  for (const char* bad : {"", "7", "7 (a", "7 (a) S 1 2", ") (", "x (a) S", "7 (a) SS 1"}) {
    const auto stat = parse_proc_stat(bad);
    ASSERT_FALSE(stat) << bad;
    EXPECT_EQ(stat.error().kind, ErrorKind::kBadData);
  }
}

}  // namespace
}  // namespace holdfast
