// SPDX-License-Identifier: MIT
#include "core/experiment_design.h"

#include <gtest/gtest.h>

#include <set>

namespace holdfast {
namespace {

ExperimentDesign design(int rounds, uint64_t seed = 1) {
  ExperimentDesign design;
  design.arms = {LockArm::kNone, LockArm::kPlan, LockArm::kAll};
  design.seed = seed;
  design.rounds = rounds;
  design.block = kSecond * 10;
  design.washout = kSecond * 3;
  return design;
}

TEST(ExperimentDesign, EachRoundHasEachArmOnce) {
  const auto blocks = plan_blocks(design(40));
  ASSERT_EQ(blocks.size(), 120U);
  for (size_t i = 0; i < blocks.size(); i += 3) {
    std::set<int> arms;
    for (size_t j = i; j < i + 3; ++j) {
      EXPECT_EQ(blocks[j].index, static_cast<int>(j));
      EXPECT_EQ(blocks[j].round, static_cast<int>(i / 3));
      arms.insert(blocks[j].arm);
    }
    EXPECT_EQ(arms.size(), 3U);
  }
}

TEST(ExperimentDesign, TheSeedDecidesTheOrder) {
  EXPECT_EQ(plan_blocks(design(40)), plan_blocks(design(40)));
  EXPECT_NE(plan_blocks(design(40)), plan_blocks(design(40, 2)));
}

TEST(ExperimentDesign, NoOrderIsFavoured) {
  // Of 600 rounds each arm comes first in 200, with a deviation of 11.5.
  int first[3] = {};
  const auto blocks = plan_blocks(design(600));
  for (size_t i = 0; i < blocks.size(); i += 3) ++first[blocks[i].arm];
  for (const int count : first) EXPECT_NEAR(count, 200, 50);
}

TEST(ExperimentDesign, RoundsFillTheTime) {
  EXPECT_EQ(*rounds_in(kSecond * 600, design(0), kSecond * 10, kSecond), 14);
  EXPECT_EQ(*rounds_in(kSecond * 94, design(0), kSecond * 10, kSecond), 2);
}

TEST(ExperimentDesign, LessThanTwoRoundsAreRefusedWithWhatItTakes) {
  const auto rounds = rounds_in(kSecond * 93, design(0), kSecond * 10, kSecond);
  ASSERT_FALSE(bool(rounds));
  EXPECT_NE(rounds.error().what.find("94s or more"), std::string::npos) << rounds.error().what;
  EXPECT_FALSE(bool(rounds_in(kSecond * 1'000'000, design(0), Nanos{}, kSecond)));
}

TEST(ExperimentDesign, TheErrorIsSharedByAllComparisons) {
  EXPECT_DOUBLE_EQ(comparison_error(design(4)), 0.025);
}

TEST(ExperimentDesign, MoreTimeFindsAHalvingAmongFewer) {
  EXPECT_GT(rate_for_halving(design(4)), 2 * rate_for_halving(design(12)));
}

}  // namespace
}  // namespace holdfast
