// SPDX-License-Identifier: MIT
#include "core/observe_check.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/findings.h"

namespace holdfast {
namespace {

using test::finding_of;
using test::status_of;

ObserveTrials good_observation() {
  ObserveTrials trials;
  trials.level = Observation::kAllEvents;
  trials.touched_pages = trials.seen_faults = 8;
  trials.paranoid = 2;
  trials.residency = trials.tracing = trials.others = {true, 0, 0, 0};
  trials.asked_symbols = trials.named_symbols = 2;
  trials.is_privileged = true;
  return trials;
}

TEST(ObserveCheck, PassesWhenEverythingWasSeen) {
  const auto findings = check_observe(good_observation());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).passed, 5);
  EXPECT_NE(finding_of(findings, "page faults").evidence.find("full attribution"),
            std::string::npos);
}

TEST(ObserveCheck, SaysWhichAttributionResults) {
  ObserveTrials trials = good_observation();
  trials.level = Observation::kUserEvents;
  const Finding partial = finding_of(check_observe(trials), "page faults");
  EXPECT_EQ(partial.status, FindingStatus::kPass);
  EXPECT_NE(partial.evidence.find("not of those in kernel mode"), std::string::npos);
  trials.level = Observation::kPolls;
  trials.paranoid = 3;
  const auto findings = check_observe(trials);
  test::expect_well_formed(findings);
  const Finding counts = finding_of(findings, "page faults");
  EXPECT_EQ(counts.status, FindingStatus::kWarn);
  EXPECT_NE(counts.effect.find("counts only"), std::string::npos);
  EXPECT_EQ(counts.remedy, "perf");
  trials.paranoid = 2;
  EXPECT_EQ(finding_of(check_observe(trials), "page faults").remedy, "");
}

TEST(ObserveCheck, AnObserverThatMissesFaultsFails) {
  ObserveTrials trials = good_observation();
  trials.seen_faults = 7;
  const auto findings = check_observe(trials);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "page faults"), FindingStatus::kFail);
}

TEST(ObserveCheck, NeverPassesWhatWasNotTried) {
  const auto findings = check_observe(ObserveTrials());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).unknown, 5);
}

TEST(ObserveCheck, FailsWhenResidencyIsNotTold) {
  ObserveTrials trials = good_observation();
  trials.residency = {true, EIO, 0, 0};
  const auto findings = check_observe(trials);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "residency"), FindingStatus::kFail);
}

TEST(ObserveCheck, WarnsWhenNamesAreMissing) {
  ObserveTrials trials = good_observation();
  trials.named_symbols = 1;
  const auto findings = check_observe(trials);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "symbols"), FindingStatus::kWarn);
}

TEST(ObserveCheck, ADebuggerIsNoDefectOfTheMachine) {
  ObserveTrials trials = good_observation();
  trials.tracing = {true, EPERM, 0, 0};
  EXPECT_EQ(status_of(check_observe(trials), "own programs"), FindingStatus::kWarn);
  trials.is_traced = true;
  EXPECT_EQ(status_of(check_observe(trials), "own programs"), FindingStatus::kUnknown);
}

TEST(ObserveCheck, OtherUsersAreRootsBusiness) {
  ObserveTrials trials = good_observation();
  trials.others = {true, EACCES, 0, 0};
  const auto findings = check_observe(trials);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "other users"), FindingStatus::kWarn);
  trials.is_privileged = false;
  const Finding others = finding_of(check_observe(trials), "other users");
  EXPECT_EQ(others.status, FindingStatus::kPass);
  EXPECT_NE(others.evidence.find("as it should be"), std::string::npos);
}

}  // namespace
}  // namespace holdfast
