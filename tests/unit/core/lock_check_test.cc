// SPDX-License-Identifier: MIT
#include "core/lock_check.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/findings.h"

namespace holdfast {
namespace {

using test::finding_of;
using test::status_of;

constexpr int64_t kMebibyte = int64_t{1} << 20;

Trial granted(int64_t bytes) {
  return {true, 0, 0, bytes};
}
Trial refused(int system_errno, int64_t bytes) {
  return {true, system_errno, 0, bytes};
}

/// An ordinary user of Debian, without trouble.
LockTrials good_trials() {
  LockTrials trials;
  trials.limit_bytes = 8 * kMebibyte;
  trials.page = granted(4096);
  trials.working_set = granted(2 * kMebibyte);
  trials.code = granted(kMebibyte);
  trials.everything = granted(6 * kMebibyte);
  trials.new_thread = granted(8 * kMebibyte);
  return trials;
}

TEST(LockCheck, PassesWhenEverythingWasGranted) {
  const auto findings = check_lock(good_trials());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).passed, 3);
}

TEST(LockCheck, TranslatesCannotAllocateMemoryIntoTheLimit) {
  LockTrials trials = good_trials();
  trials.everything = refused(ENOMEM, 97 * kMebibyte / 10);
  trials.new_thread = {};
  const auto findings = check_lock(trials);
  test::expect_well_formed(findings);
  const Finding everything = finding_of(findings, "everything");
  EXPECT_EQ(everything.status, FindingStatus::kFail);
  EXPECT_NE(everything.evidence.find("the limit is 8.0 MiB, and it would need 9.7 MiB"),
            std::string::npos)
      << everything.evidence;
  EXPECT_EQ(everything.remedy, "limits");
  EXPECT_NE(everything.fix.find("holdfast plan"), std::string::npos) << everything.fix;
  EXPECT_TRUE(everything.needs_login);
  EXPECT_EQ(status_of(findings, "audio thread"), FindingStatus::kPass);
  EXPECT_EQ(status_of(findings, "new thread"), FindingStatus::kUnknown);
}

TEST(LockCheck, FailsWhereNoThreadStartsUnderAFutureLock) {
  LockTrials trials = good_trials();
  trials.new_thread = refused(EAGAIN, 8 * kMebibyte);
  const auto findings = check_lock(trials);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "new thread"), FindingStatus::kFail);
}

TEST(LockCheck, ACrashUnderAFutureLockIsAFailure) {
  LockTrials trials = good_trials();
  trials.new_thread = {true, 0, 11, 8 * kMebibyte};
  EXPECT_EQ(status_of(check_lock(trials), "new thread"), FindingStatus::kFail);
}

TEST(LockCheck, FailsWhenTheAudioThreadDoesNotFit) {
  LockTrials trials = good_trials();
  trials.limit_bytes = 65536;
  trials.working_set = refused(ENOMEM, 2 * kMebibyte);
  EXPECT_EQ(status_of(check_lock(trials), "audio thread"), FindingStatus::kFail);
  trials = good_trials();
  trials.page = refused(EPERM, 4096);
  EXPECT_EQ(status_of(check_lock(trials), "audio thread"), FindingStatus::kFail);
}

TEST(LockCheck, WarnsWhenOnlyCodeIsLeftOut) {
  LockTrials trials = good_trials();
  trials.code = refused(ENOMEM, kMebibyte);
  const auto findings = check_lock(trials);
  test::expect_well_formed(findings);
  EXPECT_EQ(status_of(findings, "audio thread"), FindingStatus::kWarn);
}

TEST(LockCheck, NeverPassesWhatWasNotTried) {
  const auto findings = check_lock(LockTrials());
  test::expect_well_formed(findings);
  EXPECT_EQ(count_findings(findings).unknown, 3);
}

TEST(LockCheck, DoesNotBlameALimitThatDoesNotHold) {
  LockTrials trials = good_trials();
  trials.is_unlimited = true;
  trials.everything = refused(EPERM, 10 * kMebibyte);
  const Finding everything = finding_of(check_lock(trials), "everything");
  EXPECT_EQ(everything.remedy, "");
  EXPECT_NE(everything.fix.find("container"), std::string::npos);
}

}  // namespace
}  // namespace holdfast
