// SPDX-License-Identifier: MIT
#include "core/finding.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace holdfast {
namespace {

Finding finding_with(FindingStatus status, const char* remedy) {
  Finding made;
  made.status = status;
  made.remedy = remedy;
  return made;
}

TEST(Finding, CountsEveryStatus) {
  const std::vector<Finding> findings = {
      finding_with(FindingStatus::kPass, ""), finding_with(FindingStatus::kWarn, ""),
      finding_with(FindingStatus::kWarn, ""), finding_with(FindingStatus::kFail, ""),
      finding_with(FindingStatus::kUnknown, "")};
  const FindingCounts counts = count_findings(findings);
  EXPECT_EQ(counts.passed, 1);
  EXPECT_EQ(counts.warned, 2);
  EXPECT_EQ(counts.failed, 1);
  EXPECT_EQ(counts.unknown, 1);
}

TEST(Finding, NamesEachRemedyOnceAndNoneOfWhatPassed) {
  const std::vector<Finding> findings = {
      finding_with(FindingStatus::kFail, "limits"), finding_with(FindingStatus::kPass, "perf"),
      finding_with(FindingStatus::kWarn, "limits"), finding_with(FindingStatus::kWarn, "movers")};
  EXPECT_EQ(remedies_of(findings), (std::vector<std::string>{"limits", "movers"}));
}

TEST(Finding, ATrialThatWasNotMadeIsNeitherGrantedNorRefused) {
  const Trial trial;
  EXPECT_FALSE(trial.is_granted());
  EXPECT_FALSE(trial.is_refused());
  EXPECT_EQ(to_text(trial), "could not be tried");
}

TEST(Finding, ATrialThatCrashedIsRefused) {
  const Trial trial{true, 0, 11, 0};
  EXPECT_FALSE(trial.is_granted());
  EXPECT_TRUE(trial.is_refused());
  EXPECT_EQ(to_text(trial), "killed by signal 11");
}

TEST(Finding, SaysWhatTheKernelSaid) {
  EXPECT_EQ(to_text(Trial{true, ENOMEM, 0, 0}), "refused (Cannot allocate memory)");
  EXPECT_EQ(to_text(Trial{true, 0, 0, 0}), "ok");
}

TEST(Finding, EveryStatusHasItsWord) {
  EXPECT_EQ(name_of(FindingStatus::kPass), "PASS");
  EXPECT_EQ(name_of(FindingStatus::kWarn), "WARN");
  EXPECT_EQ(name_of(FindingStatus::kFail), "FAIL");
  EXPECT_EQ(name_of(FindingStatus::kUnknown), "UNKNOWN");
}

}  // namespace
}  // namespace holdfast
