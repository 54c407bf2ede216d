// SPDX-License-Identifier: MIT
#include "report/prove_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/simulated_experiment.h"

namespace holdfast {
namespace {

using test::ten_minutes;

TEST(ProveJson, DesignOfAProgramIsReadBackWithEveryWord) {
  ExperimentDesign design = ten_minutes({LockArm::kNone, LockArm::kPlan});
  design.program = {"sh", "-c", "echo \"a, b\" \\ '\"seed\":5'", "", "ä"};
  design.thread = "audio [1]";
  const auto read = parse_design(prove_design_json(design));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, design);
  design.program = {"pd"};
  design.thread.clear();
  EXPECT_EQ(*parse_design(prove_design_json(design)), design);
}

TEST(ProveJson, DesignAndBlocksAreReadBackAsTheyWere) {
  ExperimentDesign design = ten_minutes({LockArm::kNone, LockArm::kAll});
  design.seed = 9'007'199'254'740'993;
  const PlannedBlock first = plan_blocks(design).front();
  BlockResult block;
  block.index = first.index;
  block.round = first.round;
  block.arm = first.arm;
  block.seconds = 20.000125;
  block.glitches = 12;
  block.page_fault_glitches = 7;
  block.episodes = 3;
  block.page_fault_episodes = 2;
  block.missing_frames = 4000;
  block.major_faults = 9;
  block.minor_faults = 8;
  block.locked_bytes = 1 << 20;
  block.lost_facts = 1;
  block.pressure = 0.295;
  block.limitation = "no priority";
  block.trouble = "it said \"no\"";
  const auto journal =
      parse_journal(prove_design_json(design) + "\n" + prove_block_json(design, block) + "\n");
  ASSERT_TRUE(bool(journal)) << journal.error().what;
  EXPECT_EQ(journal->design, design);
  ASSERT_EQ(journal->blocks.size(), 1U);
  EXPECT_EQ(journal->blocks.front(), block);
}

TEST(ProveJson, TheResultCarriesTheVerdictAndWhatItRestsOn) {
  const ExperimentDesign design = ten_minutes({LockArm::kNone, LockArm::kAll});
  const ExperimentJudge judge(design);
  std::mt19937_64 random(1);
  std::vector<BlockResult> blocks;
  for (const PlannedBlock& planned : plan_blocks(design)) {
    blocks.push_back(
        test::simulated_block(planned, design, {planned.arm == 0 ? 60.0 : 0.0, 1}, random));
  }
  const auto json = nlohmann::json::parse(prove_json(judge.judge(blocks)));
  EXPECT_EQ(json["schema"], "holdfast.prove/1");
  EXPECT_EQ(json["verdict"], "removes");
  EXPECT_EQ(json["arm_results"].size(), 2U);
  EXPECT_EQ(json["arm_results"][1]["page_fault_glitches"], 0);
  EXPECT_EQ(json["comparisons"][0]["difference"], "fewer");
  EXPECT_LT(json["comparisons"][0]["ratio_interval"][1].get<double>(), 0.1);
  EXPECT_EQ(json["rounds_measured"], design.rounds);
  EXPECT_TRUE(json["reasons"].empty());
}

TEST(ProveJson, WhatIsNotKnownIsNull) {
  const ExperimentDesign design = ten_minutes({LockArm::kNone, LockArm::kAll});
  const auto json = nlohmann::json::parse(prove_json(ExperimentJudge(design).judge({})));
  EXPECT_EQ(json["verdict"], "too_early");
  EXPECT_TRUE(json["comparisons"][0]["ratio"].is_null());
  EXPECT_TRUE(json["comparisons"][0]["ratio_interval"][1].is_null());
  EXPECT_TRUE(json["minutes_needed_for_halving"].is_null());
}

}  // namespace
}  // namespace holdfast
