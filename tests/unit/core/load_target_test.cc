// SPDX-License-Identifier: MIT
#include "core/load_target.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

double value_of(LoadGoal goal, std::string_view text) {
  const auto target = parse_load_target(goal, text);
  return target ? target->value : -1;
}

TEST(LoadTarget, IsWrittenWithItsUnit) {
  EXPECT_DOUBLE_EQ(value_of(LoadGoal::kStallsSome, "40%"), 0.4);
  EXPECT_DOUBLE_EQ(value_of(LoadGoal::kStallsFull, "12.5%"), 0.125);
  EXPECT_DOUBLE_EQ(value_of(LoadGoal::kSwapOut, "50MB/s"), 50 * 1048576.0);
  EXPECT_DOUBLE_EQ(value_of(LoadGoal::kRefaults, "500/s"), 500);
  EXPECT_DOUBLE_EQ(value_of(LoadGoal::kLeft, "200MB"), 200 * 1048576.0);
}

TEST(LoadTarget, WhatNoLoadCanReachIsRefused) {
  for (const char* text : {"0%", "100%", "96%", "-5%", "nan%", "inf%", "40", "%", "", "40 %"}) {
    EXPECT_EQ(value_of(LoadGoal::kStallsSome, text), -1) << text;
  }
  for (const char* text : {"50MB", "0/s", "/s", "MB/s", "50 MB/s", "1e3/s"}) {
    EXPECT_EQ(value_of(LoadGoal::kSwapOut, text), -1) << text;
  }
  EXPECT_EQ(value_of(LoadGoal::kRefaults, "1e3/s"), -1);
  EXPECT_EQ(value_of(LoadGoal::kRefaults, "0/s"), -1);
  EXPECT_EQ(value_of(LoadGoal::kLeft, "0"), -1);
  EXPECT_EQ(value_of(LoadGoal::kPasses, "3"), -1);
}

TEST(LoadTarget, RefusalShowsHowToWriteIt) {
  const auto refused = parse_load_target(LoadGoal::kStallsSome, "much");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(refused.error().what, "'much' is not a share of time up to 95%, such as 40%");
}

TEST(LoadTarget, ValuesReadAsTheyAreWritten) {
  EXPECT_EQ(load_value_text(LoadGoal::kStallsSome, 0.392), "39.2 %");
  EXPECT_EQ(load_value_text(LoadGoal::kSwapOut, 50 * 1048576.0), "50.0 MiB/s");
  EXPECT_EQ(load_value_text(LoadGoal::kRefaults, 499.7), "500 /s");
  EXPECT_EQ(load_value_text(LoadGoal::kLeft, 200 * 1048576.0), "200.0 MiB");
}

TEST(LoadTarget, EveryGoalHasItsName) {
  EXPECT_EQ(name_of(LoadGoal::kPasses), "passes");
  EXPECT_EQ(name_of(LoadGoal::kStallsSome), "psi_some");
  EXPECT_EQ(name_of(LoadGoal::kStallsFull), "psi_full");
  EXPECT_EQ(name_of(LoadGoal::kSwapOut), "swap_out");
  EXPECT_EQ(name_of(LoadGoal::kRefaults), "refaults");
  EXPECT_EQ(name_of(LoadGoal::kLeft), "left");
}

TEST(LoadTarget, StaircaseClimbsToTheTarget) {
  const auto stairs = staircase({LoadGoal::kStallsSome, 0.6}, 3, 0);
  ASSERT_EQ(stairs.size(), 3U);
  EXPECT_DOUBLE_EQ(stairs[0].value, 0.2);
  EXPECT_DOUBLE_EQ(stairs[1].value, 0.4);
  EXPECT_DOUBLE_EQ(stairs[2].value, 0.6);
}

TEST(LoadTarget, StaircaseOfMemoryLeftGoesDown) {
  const auto stairs = staircase({LoadGoal::kLeft, 100}, 2, 300);
  ASSERT_EQ(stairs.size(), 2U);
  EXPECT_DOUBLE_EQ(stairs[0].value, 200);
  EXPECT_DOUBLE_EQ(stairs[1].value, 100);
}

TEST(LoadTarget, AGoalIsNamedAsItsOptionIs) {
  EXPECT_EQ(*parse_named_target("psi=40%"), (LoadTarget{LoadGoal::kStallsSome, 0.4}));
  EXPECT_EQ(*parse_named_target("refaults=500/s"), (LoadTarget{LoadGoal::kRefaults, 500}));
  EXPECT_EQ(parse_named_target("passes")->goal, LoadGoal::kPasses);
  for (const char* text :
       {"", "psi", "psi=", "psi=40", "psi 40%", "stalls=40%", "passes=3", "=40%"}) {
    EXPECT_FALSE(bool(parse_named_target(text))) << text;
  }
}

}  // namespace
}  // namespace holdfast
