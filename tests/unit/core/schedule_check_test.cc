// SPDX-License-Identifier: MIT
#include "core/schedule_check.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/findings.h"

namespace holdfast {
namespace {

using test::finding_of;
using test::status_of;

ScheduleTrials good_schedule() {
  ScheduleTrials trials;
  trials.wanted_priority = 70;
  trials.realtime = {true, 0, 0, 0};
  trials.granted_priority = 70;
  trials.nice = {true, 0, 0, 0};
  trials.priority_limit = 95;
  trials.time_limit_us = -1;
  trials.runtime_us = 950000;
  trials.period_us = 1000000;
  return trials;
}

TEST(ScheduleCheck, PassesWhenEverythingWasGranted) {
  const auto findings = check_schedule(good_schedule());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).passed, 4);
}

TEST(ScheduleCheck, FailsWithoutRealTimePriority) {
  ScheduleTrials trials = good_schedule();
  trials.realtime = {true, EPERM, 0, 0};
  trials.granted_priority = 0;
  trials.priority_limit = 0;
  trials.is_bus_reachable = false;
  const auto findings = check_schedule(trials);
  test::expect_well_formed(findings);
  const Finding realtime = finding_of(findings, "real-time");
  EXPECT_EQ(realtime.status, FindingStatus::kFail);
  EXPECT_EQ(realtime.remedy, "limits");
  EXPECT_NE(realtime.evidence.find("RTKit cannot help"), std::string::npos);
}

TEST(ScheduleCheck, WarnsWhenLessWasGranted) {
  ScheduleTrials trials = good_schedule();
  trials.realtime = {true, EPERM, 0, 0};
  trials.granted_priority = trials.priority_limit = 20;
  trials.is_bus_reachable = true;
  const Finding realtime = finding_of(check_schedule(trials), "real-time");
  EXPECT_EQ(realtime.status, FindingStatus::kWarn);
  EXPECT_NE(realtime.evidence.find("20, which was granted"), std::string::npos);
}

TEST(ScheduleCheck, DoesNotSendRootForMoreLimits) {
  ScheduleTrials trials = good_schedule();
  trials.realtime = {true, EPERM, 0, 0};
  trials.granted_priority = 0;
  trials.is_privileged = true;
  const Finding realtime = finding_of(check_schedule(trials), "real-time");
  EXPECT_EQ(realtime.remedy, "");
  EXPECT_NE(realtime.fix.find("SYS_NICE"), std::string::npos);
}

TEST(ScheduleCheck, NeverPassesWhatWasNotTried) {
  const auto findings = check_schedule(ScheduleTrials());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).unknown, 4);
}

TEST(ScheduleCheck, AGrantThatDoesNotReadBackIsNone) {
  ScheduleTrials trials = good_schedule();
  trials.granted_priority = 0;
  EXPECT_NE(status_of(check_schedule(trials), "real-time"), FindingStatus::kPass);
}

TEST(ScheduleCheck, ThrottlingHasThreeSides) {
  ScheduleTrials trials = good_schedule();
  trials.runtime_us = -1;
  EXPECT_EQ(status_of(check_schedule(trials), "throttling"), FindingStatus::kWarn);
  trials.runtime_us = 500000;
  EXPECT_EQ(status_of(check_schedule(trials), "throttling"), FindingStatus::kFail);
  trials.period_us = 0;
  EXPECT_EQ(status_of(check_schedule(trials), "throttling"), FindingStatus::kUnknown);
}

TEST(ScheduleCheck, WarnsOfALimitOfTimeAndOfNiceness) {
  ScheduleTrials trials = good_schedule();
  trials.time_limit_us = 200000;
  trials.nice = {true, EACCES, 0, 0};
  const auto findings = check_schedule(trials);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "time limit"), FindingStatus::kWarn);
  EXPECT_EQ(status_of(findings, "nice"), FindingStatus::kWarn);
}

}  // namespace
}  // namespace holdfast
