// SPDX-License-Identifier: MIT
#include "core/self_test_check.h"

#include <gtest/gtest.h>

#include "tests/support/findings.h"

namespace holdfast {
namespace {

using test::finding_of;
using test::status_of;

SelfTest good_test() {
  SelfTest test;
  test.summary.totals.blocks = 2250;
  for (int i = 0; i < 100; ++i) test.summary.lateness.add(kMicrosecond * 40);
  test.summary.own_major_faults = test.summary.own_minor_faults = 0;
  test.period = Nanos(1'333'333);
  test.tolerance = Nanos(4'000'000);
  test.scheduling = "SCHED_FIFO 70";
  test.is_realtime = test.is_locked = true;
  return test;
}

TEST(SelfTestCheck, PassesWhenNothingWasLate) {
  const auto findings = check_self_test(good_test());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).passed, 2);
}

TEST(SelfTestCheck, WarnsWhenABlockWasLateByAPeriod) {
  SelfTest test = good_test();
  test.summary.lateness.add(kMillisecond * 2);
  const auto findings = check_self_test(test);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "wake-ups"), FindingStatus::kWarn);
}

TEST(SelfTestCheck, GlitchesFailWithTheirMainCause) {
  SelfTest test = good_test();
  test.summary.glitches = 3;
  test.summary.causes[static_cast<size_t>(CauseKind::kRunQueue)] = 2;
  test.summary.causes[static_cast<size_t>(CauseKind::kLateWake)] = 1;
  auto findings = check_self_test(test);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "wake-ups"), FindingStatus::kFail);
  EXPECT_NE(finding_of(findings, "wake-ups").evidence.find("run_queue"), std::string::npos);
  test.is_realtime = false;
  EXPECT_EQ(finding_of(check_self_test(test), "wake-ups").remedy, "limits");
}

TEST(SelfTestCheck, OwnFaultsMakeItNotTrustworthy) {
  SelfTest test = good_test();
  test.summary.own_minor_faults = 1;
  const auto findings = check_self_test(test);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "own faults"), FindingStatus::kFail);
  EXPECT_NE(finding_of(findings, "own faults").effect.find("not trustworthy"), std::string::npos);
  test.is_locked = false;
  EXPECT_EQ(finding_of(check_self_test(test), "own faults").remedy, "limits");
}

TEST(SelfTestCheck, WhatDidNotRunIsUnknown) {
  SelfTest test;
  test.failure = "no thread";
  EXPECT_EQ(count_findings(check_self_test(test)).unknown, 1);
  EXPECT_EQ(count_findings(check_self_test(SelfTest())).unknown, 2);
}

}  // namespace
}  // namespace holdfast
