// SPDX-License-Identifier: MIT
#include "core/experiment_judge.h"

#include <gtest/gtest.h>

#include "tests/support/simulated_experiment.h"

namespace holdfast {
namespace {

using test::simulated_experiment;
using test::ten_minutes;

/// Every block of `rounds` rounds; `count` says how many glitches an arm has in each.
template <class Count>
std::vector<BlockResult> blocks_of(const ExperimentDesign& design, int rounds, Count count) {
  std::vector<BlockResult> blocks;
  for (const PlannedBlock& planned : plan_blocks(design)) {
    if (planned.round >= rounds) break;
    BlockResult block;
    block.index = planned.index;
    block.round = planned.round;
    block.arm = planned.arm;
    block.seconds = 10;
    block.glitches = count(planned.arm);
    block.page_fault_glitches = block.glitches;
    block.pressure = 500;
    blocks.push_back(block);
  }
  return blocks;
}

ExperimentDesign three_arms() {
  return ten_minutes({LockArm::kNone, LockArm::kPlan, LockArm::kAll});
}

TEST(ExperimentJudge, AClearDifferenceIsFoundLongBeforeTheEnd) {
  const ExperimentDesign design = three_arms();
  const ExperimentJudge judge(design);
  const auto count = [](int arm) { return arm == 0 ? 40 : 0; };
  const ExperimentResult result = judge.judge(blocks_of(design, 5, count));
  EXPECT_TRUE(result.is_decided);
  EXPECT_EQ(result.verdict, ExperimentVerdict::kRemoves);
  EXPECT_EQ(result.comparisons[0].difference, Difference::kFewer);
  EXPECT_EQ(result.comparisons[1].ratio, 0);
  EXPECT_LT(result.comparisons[1].interval.high, 0.1);
}

TEST(ExperimentJudge, OneRoundIsTooEarlyHoweverClear) {
  const ExperimentDesign design = three_arms();
  const auto count = [](int arm) { return arm == 0 ? 4000 : 0; };
  const ExperimentResult result = ExperimentJudge(design).judge(blocks_of(design, 1, count));
  EXPECT_EQ(result.verdict, ExperimentVerdict::kTooEarly);
  EXPECT_FALSE(result.is_decided);
}

TEST(ExperimentJudge, BlocksOfAnIncompleteRoundWait) {
  const ExperimentDesign design = three_arms();
  auto blocks = blocks_of(design, 3, [](int) { return 1; });
  blocks.pop_back();
  const ExperimentResult result = ExperimentJudge(design).judge(blocks);
  EXPECT_EQ(result.rounds, 2);
  EXPECT_EQ(result.arms[0].blocks, 2);
  EXPECT_EQ(ExperimentJudge(design).judge({}).verdict, ExperimentVerdict::kTooEarly);
}

TEST(ExperimentJudge, NothingFoundSaysWhatWouldHaveBeen) {
  const ExperimentDesign design = three_arms();
  const auto count = [](int) { return 10; };
  const ExperimentResult result =
      ExperimentJudge(design).judge(blocks_of(design, design.rounds, count));
  EXPECT_EQ(result.verdict, ExperimentVerdict::kNoDifference);
  ASSERT_TRUE(result.comparisons[0].detectable_ratio.has_value());
  EXPECT_GT(*result.comparisons[0].detectable_ratio, 0.4);
  EXPECT_LT(*result.comparisons[0].detectable_ratio, 0.6);
}

TEST(ExperimentJudge, SoFewRoundsThatNothingCouldBeFoundAreNotSaidToFindSomething) {
  ExperimentDesign design = three_arms();
  design.rounds = 2;
  const auto count = [](int arm) { return arm == 0 ? 13 : 0; };
  auto blocks = blocks_of(design, 2, count);
  for (BlockResult& block : blocks) {
    if (block.arm == 0) block.page_fault_glitches += block.round == 0 ? 4 : -4;
  }
  const ExperimentResult result = ExperimentJudge(design).judge(blocks);
  EXPECT_EQ(result.verdict, ExperimentVerdict::kNoDifference);
  EXPECT_FALSE(result.comparisons[0].detectable_ratio.has_value());
}

TEST(ExperimentJudge, NoGlitchesIsAVerdictOfItsOwn) {
  const ExperimentDesign design = three_arms();
  const ExperimentResult result =
      ExperimentJudge(design).judge(blocks_of(design, design.rounds, [](int) { return 0; }));
  EXPECT_EQ(result.verdict, ExperimentVerdict::kNoGlitches);
  EXPECT_FALSE(result.minutes_needed.has_value());
  // 8 blocks of 10 s, and an error of 2.2 %: -ln(0.011) / 1.33 minutes.
  EXPECT_NEAR(result.arms[0].page_fault_rate.high, 3.4, 0.1);
}

TEST(ExperimentJudge, MoreWithLockingIsSaidAsWell) {
  const ExperimentDesign design = three_arms();
  const auto count = [](int arm) { return arm == 0 ? 2 : 40; };
  const ExperimentResult result = ExperimentJudge(design).judge(blocks_of(design, 8, count));
  EXPECT_EQ(result.verdict, ExperimentVerdict::kWorsens);
}

TEST(ExperimentJudge, UnequalPressureIsNotValid) {
  const ExperimentDesign design = three_arms();
  auto blocks = blocks_of(design, 6, [](int arm) { return arm == 0 ? 40 : 0; });
  for (BlockResult& block : blocks) block.pressure = block.arm == 2 ? 390 : 500;
  const ExperimentResult result = ExperimentJudge(design).judge(blocks);
  EXPECT_EQ(result.verdict, ExperimentVerdict::kNotValid);
  ASSERT_EQ(result.reasons.size(), 1U);
  EXPECT_EQ(result.reasons[0], "arm 'all' was pressed 28 % less hard than 'none'");
  for (BlockResult& block : blocks) block.pressure = block.arm == 2 ? 420 : 500;
  EXPECT_EQ(ExperimentJudge(design).judge(blocks).verdict, ExperimentVerdict::kRemoves);
}

TEST(ExperimentJudge, PressureThatDiffersByChanceAloneIsValid) {
  const ExperimentDesign design = three_arms();
  auto blocks = blocks_of(design, 6, [](int arm) { return arm == 0 ? 40 : 0; });
  for (BlockResult& block : blocks) {
    if (block.arm == 2) block.pressure = block.round == 3 ? 3000 : 480;  // mean: 900
  }
  EXPECT_EQ(ExperimentJudge(design).judge(blocks).verdict, ExperimentVerdict::kRemoves);
}

TEST(ExperimentJudge, AnArmWhoseProgramFailsIsNotValid) {
  const ExperimentDesign design = three_arms();
  auto blocks = blocks_of(design, 5, [](int arm) { return arm == 0 ? 40 : 0; });
  int failed = 0;
  for (BlockResult& block : blocks) {
    if (block.arm == 2 && failed++ < 2) block.trouble = "the program ended with exit code 139";
  }
  const ExperimentResult result = ExperimentJudge(design).judge(blocks);
  EXPECT_EQ(result.verdict, ExperimentVerdict::kNotValid);
  EXPECT_EQ(result.arms[2].blocks, 3);
  ASSERT_EQ(result.reasons.size(), 1U);
  EXPECT_NE(result.reasons[0].find("2 of 5 blocks: the program ended"), std::string::npos);
}

TEST(ExperimentJudge, EveryVerdictHasAName) {
  EXPECT_EQ(name_of(ExperimentVerdict::kRemoves), "removes");
  EXPECT_EQ(name_of(ExperimentVerdict::kNotValid), "not_valid");
}

/// Looked at after every round, bursts and drifting pressure included. The long form is
/// `bench/experiment_statistics`.
TEST(ExperimentJudge, EqualArmsAreCalledDifferentInAtMostOneOfTwenty) {
  constexpr int kExperiments = 1000;
  const ExperimentDesign design = ten_minutes({LockArm::kNone, LockArm::kNone});
  const ExperimentJudge judge(design);
  for (const double burst : {1.0, 4.0}) {
    std::mt19937_64 random(1);
    int different = 0;
    for (int i = 0; i < kExperiments; ++i) {
      const ExperimentResult result = simulated_experiment(
          judge, design, {{20, burst}, {20, burst}}, burst > 1 ? 0.5 : 0, random);
      different += result.verdict != ExperimentVerdict::kNoDifference &&
                   result.verdict != ExperimentVerdict::kNoGlitches;
    }
    EXPECT_LE(different, kExperiments / 20) << burst;
  }
}

TEST(ExperimentJudge, AHalvingOfTwentyPerMinuteIsFoundInTenMinutes) {
  constexpr int kExperiments = 500;
  const ExperimentDesign design = ten_minutes({LockArm::kNone, LockArm::kAll});
  const ExperimentJudge judge(design);
  std::mt19937_64 random(2);
  int found = 0;
  for (int i = 0; i < kExperiments; ++i) {
    const ExperimentResult result =
        simulated_experiment(judge, design, {{20, 1}, {10, 1}}, 0, random);
    found += result.verdict == ExperimentVerdict::kRemoves;
  }
  EXPECT_GE(found, kExperiments * 90 / 100);
}

}  // namespace
}  // namespace holdfast
