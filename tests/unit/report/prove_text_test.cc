// SPDX-License-Identifier: MIT
#include "report/prove_text.h"

#include <gtest/gtest.h>

#include "tests/support/simulated_experiment.h"

namespace holdfast {
namespace {

using test::ten_minutes;

/// The result of a whole experiment with these rates per minute.
ExperimentResult measured(const ExperimentDesign& design, const std::vector<double>& rates) {
  std::mt19937_64 random(4);
  std::vector<BlockResult> blocks;
  for (const PlannedBlock& planned : plan_blocks(design)) {
    const double rate = rates[static_cast<size_t>(planned.arm)];
    blocks.push_back(test::simulated_block(planned, design, {rate, 1}, random));
  }
  return ExperimentJudge(design).judge(blocks);
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

const std::vector<LockArm> kNoneAll = {LockArm::kNone, LockArm::kAll};

TEST(ProveText, APositiveVerdictNamesRatioAndInterval) {
  const std::string text = prove_verdict(measured(ten_minutes(kNoneAll), {60, 0}));
  EXPECT_TRUE(has(text, "locking removes them: with everything locked")) << text;
  EXPECT_TRUE(has(text, "are 0 times as many (95 %: 0 to 0.0")) << text;
}

TEST(ProveText, ANegativeVerdictSaysWhatWouldHaveBeenFound) {
  const std::string text = prove_verdict(measured(ten_minutes(kNoneAll), {60, 60}));
  EXPECT_TRUE(has(text, "No difference was found between the arms. A fall to ")) << text;
  EXPECT_TRUE(has(text, "nine times out of ten.")) << text;
}

TEST(ProveText, TooFewGlitchesSaysHowMuchLonger) {
  const std::string text = prove_verdict(measured(ten_minutes(kNoneAll), {0.7, 0.7}));
  EXPECT_TRUE(has(text, "are too few. At this rate, finding a halving takes about ")) << text;
}

TEST(ProveText, NothingToRemoveIsSaid) {
  const std::string text = prove_verdict(measured(ten_minutes(kNoneAll), {0, 0}));
  EXPECT_TRUE(has(text, "nothing to remove")) << text;
}

TEST(ProveText, EqualArmsTestTheMethod) {
  const auto design = ten_minutes({LockArm::kNone, LockArm::kNone});
  EXPECT_TRUE(has(prove_verdict(measured(design, {20, 20})), "as it should be"));
  EXPECT_TRUE(has(prove_verdict(measured(design, {20, 0})), "by chance in one of twenty"));
}

TEST(ProveText, WhenOthersOutnumberThemThatIsSaid) {
  const ExperimentDesign design = ten_minutes(kNoneAll);
  std::vector<BlockResult> blocks;
  for (const PlannedBlock& planned : plan_blocks(design)) {
    BlockResult block;
    block.arm = planned.arm;
    block.round = planned.round;
    block.seconds = 20;
    block.page_fault_glitches = planned.arm == 0 ? 10 : 0;
    block.glitches = 100 + planned.index % 2;
    blocks.push_back(block);
  }
  const std::string text = prove_verdict(ExperimentJudge(design).judge(blocks));
  EXPECT_TRUE(has(text, "others outnumber them")) << text;
}

TEST(ProveText, AnInterruptedExperimentSaysHowFarItCame) {
  const ExperimentDesign design = ten_minutes(kNoneAll);
  EXPECT_TRUE(has(prove_verdict(ExperimentJudge(design).judge({})), "before two rounds"));
}

TEST(ProveText, NotValidGivesTheReasons) {
  ExperimentResult result = measured(ten_minutes(kNoneAll), {60, 0});
  result.verdict = ExperimentVerdict::kNotValid;
  result.reasons = {"arm 'all' failed", "so did 'none'"};
  EXPECT_EQ(prove_verdict(result), "Not valid: arm 'all' failed. so did 'none'.");
}

TEST(ProveText, TheTableHasEachArmAndEachComparison) {
  const std::string text = prove_text(
      measured(ten_minutes({LockArm::kNone, LockArm::kPlan, LockArm::kAll}), {60, 3, 0}));
  EXPECT_TRUE(has(text, "\n  plan "));
  EXPECT_TRUE(has(text, "\n  plan / none: 0.0"));
  EXPECT_TRUE(has(text, "\n  all / none: 0 ("));
  EXPECT_EQ(text.back(), '\n');
}

TEST(ProveText, ABlockSaysWhatItCountedOrWhyItDoesNotCount) {
  const ExperimentDesign design = ten_minutes(kNoneAll);
  BlockResult block;
  block.glitches = 4;
  block.page_fault_glitches = 3;
  EXPECT_TRUE(has(prove_block_text(design, block), "4 glitches, 3 with a page fault inside"));
  block.trouble = "the program ended";
  EXPECT_TRUE(has(prove_block_text(design, block), "does not count: the program ended"));
}

TEST(ProveText, ThePlanSaysWhatItCanFind) {
  const std::string text = prove_plan_text(ten_minutes(kNoneAll));
  EXPECT_TRUE(has(text, "none,all, 12 rounds, 20 s counted")) << text;
  EXPECT_TRUE(has(text, "work           ")) << text;
  EXPECT_TRUE(has(text, "a halving, nine times out of ten, from 15.3 glitches a minute")) << text;
}

TEST(ProveText, PlanNamesTheProgramInsteadOfTheWork) {
  ExperimentDesign design = ten_minutes(kNoneAll);
  design.program = {"jackd", "-d", "dummy"};
  EXPECT_TRUE(has(prove_plan_text(design), "program        jackd -d dummy, 16 frames"));
  design.thread = "audio";
  const std::string text = prove_plan_text(design);
  EXPECT_TRUE(has(text, "program        jackd -d dummy, thread audio, 16 frames")) << text;
  EXPECT_FALSE(has(text, "work  ")) << text;
}

}  // namespace
}  // namespace holdfast
