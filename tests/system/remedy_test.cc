// SPDX-License-Identifier: MIT
// Remedies in a directory that stands for the root of the machine, and trials in processes that
// end.
#include "act/remedy.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "act/lock_trials.h"
#include "act/trial.h"

namespace holdfast {
namespace {

/// A file of our own. In pieces: g++ 12 warns falsely of the sum (std::string, GCC bug 105329).
std::string marked(std::string_view rest) {
  std::string text(kRemedyMark);
  text.append(rest);
  return text;
}

class RemedyTest : public testing::Test {
 protected:
  RemedyTest() {
    std::string pattern = testing::TempDir() + "/holdfast-remedy-XXXXXX";
    root_ = mkdtemp(pattern.data());
    std::filesystem::create_directories(root_ + "/etc");
  }
  ~RemedyTest() override { std::filesystem::remove_all(root_); }

  void put(const std::string& path, const std::string& content) {
    std::ofstream(root_ + path) << content;
  }
  [[nodiscard]] std::string content_of(const std::string& path) const {
    std::ostringstream text;
    text << std::ifstream(root_ + path).rdbuf();
    return text.str();
  }

  const RemedyChange file_{RemedyChange::Kind::kFile, "/etc/our.conf", marked("\nvalue\n")};
  const RemedyChange setting_{RemedyChange::Kind::kSetting, "/etc/setting", "0"};
  std::string root_;
};

TEST_F(RemedyTest, WritesAFileOnceForEverybodyToRead) {
  const mode_t before = umask(077);
  const auto done = act::carry_out(file_, root_);
  umask(before);
  ASSERT_TRUE(done.ok());
  EXPECT_TRUE(done->was_needed);
  EXPECT_EQ(content_of("/etc/our.conf"), file_.content);
  struct stat found = {};
  ASSERT_EQ(stat((root_ + "/etc/our.conf").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0644U);
  const auto again = act::carry_out(file_, root_);
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->was_needed);
}

TEST_F(RemedyTest, ReplacesItsOwnOlderFile) {
  put("/etc/our.conf", marked("\nolder\n"));
  ASSERT_TRUE(act::carry_out(file_, root_).ok());
  EXPECT_EQ(content_of("/etc/our.conf"), file_.content);
}

TEST_F(RemedyTest, TouchesNothingOfSomebodyElse) {
  put("/etc/our.conf", "# somebody's\n");
  const auto done = act::carry_out(file_, root_);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(content_of("/etc/our.conf"), "# somebody's\n");
}

TEST_F(RemedyTest, FollowsNoLink) {
  put("/etc/target", marked("\n"));
  ASSERT_EQ(symlink((root_ + "/etc/target").c_str(), (root_ + "/etc/our.conf").c_str()), 0);
  EXPECT_FALSE(act::carry_out(file_, root_).ok());
  EXPECT_EQ(content_of("/etc/target"), marked("\n"));
}

TEST_F(RemedyTest, LeavesNoDraftWhereItCannotWrite) {
  RemedyChange elsewhere = file_;
  elsewhere.path = "/missing/our.conf";
  EXPECT_FALSE(act::carry_out(elsewhere, root_).ok());
  EXPECT_FALSE(std::filesystem::exists(root_ + "/missing"));
}

TEST_F(RemedyTest, ASettingTellsWhatItWas) {
  put("/etc/setting", "1\n");
  const auto done = act::carry_out(setting_, root_);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->old_value, "1");
  EXPECT_EQ(content_of("/etc/setting").substr(0, 1), "0");
}

TEST_F(RemedyTest, ASettingThatIsNotThereIsNotNeeded) {
  const auto planned = act::plan_change(setting_, root_);
  ASSERT_TRUE(planned.ok());
  EXPECT_FALSE(planned->was_needed);
}

TEST_F(RemedyTest, AChoiceIsReadByItsBrackets) {
  put("/etc/setting", "always [0] never\n");
  const auto planned = act::plan_change(setting_, root_);
  ASSERT_TRUE(planned.ok());
  EXPECT_FALSE(planned->was_needed);
}

TEST(TrialTest, TellsWhatTheAttemptReturned) {
  EXPECT_TRUE(act::try_in_child([] { return 0; }).is_granted());
  EXPECT_EQ(act::try_in_child([] { return EPERM; }).system_errno, EPERM);
}

TEST(TrialTest, SurvivesTheCrashOfAnAttempt) {
  const Trial trial = act::try_in_child([] {
    raise(SIGKILL);
    return 0;
  });
  EXPECT_TRUE(trial.is_refused());
  EXPECT_EQ(trial.signal_number, SIGKILL);
}

/// As an ordinary user whose limit has room for all there is, but not for another stack beside it:
/// 0 when that was found, else what was found instead.
int fall_into_the_trap() {
  if (setresuid(65534, 65534, 65534) != 0) return EPERM;
  const LockTrials trials = act::try_locks({}, {});
  if (!trials.everything.is_granted()) return ENOMEM;
  return trials.new_thread.system_errno == EAGAIN ? 0 : EIO;
}

TEST(TrialTest, FindsTheTrapOfTheFutureLock) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become an ordinary user";
  const Trial trial = act::try_in_child(&fall_into_the_trap);
  if (trial.system_errno == ENOMEM) GTEST_SKIP() << "the limit has no room for this program";
  EXPECT_TRUE(trial.is_granted()) << to_text(trial);
}

}  // namespace
}  // namespace holdfast
