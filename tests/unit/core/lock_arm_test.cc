// SPDX-License-Identifier: MIT
#include "core/lock_arm.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(LockArm, ListsAreReadAndWritten) {
  const auto arms = parse_arms("none,stack,data,text,plan,all");
  ASSERT_TRUE(bool(arms));
  EXPECT_EQ(arms->size(), 6U);
  EXPECT_EQ(arms->at(4), LockArm::kPlan);
  EXPECT_EQ(to_text(*arms), "none,stack,data,text,plan,all");
  EXPECT_EQ(words_for(LockArm::kAll), "everything locked");
}

TEST(LockArm, TheSameThroughoutIsAnExperimentToo) {
  const auto arms = parse_arms("none,none");
  ASSERT_TRUE(bool(arms));
  EXPECT_TRUE(is_same_throughout(*arms));
  EXPECT_FALSE(is_same_throughout(*parse_arms("none,all")));
}

TEST(LockArm, OtherListsAreRefused) {
  for (const char* text : {"", "none", "none,", ",none", "none,heap", "none,all,all",
                           "none,none,none,none,none,none,none", "none, all", "NONE,all"}) {
    EXPECT_FALSE(bool(parse_arms(text))) << text;
  }
}

}  // namespace
}  // namespace holdfast
