// SPDX-License-Identifier: MIT
// That what report/prove_json writes is read back is tested there.
#include "core/experiment_block.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

const std::string kDesign =
    R"({"schema":"holdfast.prove_design/1","arms":"none,all","seed":7,"rounds":3,"block_ns":10000000000,)"
    R"("washout_ns":3000000000,"block_frames":16,"rate_hz":48000,"workload":"paths=3","pressure":"none"})"
    "\n";

/// The block that comes at `index`, by the plan.
std::string line(int index) {
  const ExperimentDesign design = *parse_design(kDesign.substr(0, kDesign.size() - 1));
  const PlannedBlock block = plan_blocks(design).at(static_cast<size_t>(index));
  return R"({"schema":"holdfast.prove_block/1","index":)" + std::to_string(index) +
         ",\"round\":" + std::to_string(block.round) +
         ",\"arm_index\":" + std::to_string(block.arm) +
         R"(,"seconds":10.5,"glitches":4,"page_fault_glitches":2,"pressure":null,"trouble":""})" +
         "\n";
}

TEST(ExperimentBlock, AJournalIsReadAsFarAsItGoes) {
  const std::string text = kDesign + line(0) + line(1);
  const auto journal = parse_journal(text);
  ASSERT_TRUE(bool(journal)) << journal.error().what;
  EXPECT_EQ(journal->design.arms.size(), 2U);
  EXPECT_EQ(journal->design.block, kSecond * 10);
  ASSERT_EQ(journal->blocks.size(), 2U);
  EXPECT_EQ(journal->blocks[1].glitches, 4);
  EXPECT_EQ(journal->blocks[1].seconds, 10.5);
  EXPECT_FALSE(journal->blocks[1].pressure.has_value());
  EXPECT_EQ(journal->size_bytes, text.size());
}

TEST(ExperimentBlock, ALastLineThatWasCutOffIsMeasuredAgain) {
  const std::string whole = kDesign + line(0);
  const auto journal = parse_journal(whole + line(1).substr(0, 30));
  ASSERT_TRUE(bool(journal));
  EXPECT_EQ(journal->blocks.size(), 1U);
  EXPECT_EQ(journal->size_bytes, whole.size());
}

TEST(ExperimentBlock, WhatDoesNotFollowThePlanIsRefused) {
  EXPECT_FALSE(bool(parse_journal(kDesign + line(1))));
  EXPECT_FALSE(bool(parse_journal(kDesign + line(0) + line(0))));
  std::string all = kDesign;
  for (int i = 0; i < 6; ++i) all += line(i);
  EXPECT_TRUE(bool(parse_journal(all)));
  EXPECT_FALSE(bool(parse_journal(all + line(0))));
}

TEST(ExperimentBlock, OtherFilesAreRefused) {
  for (const std::string& text :
       {std::string(), std::string("hello\n"), std::string("\n"), line(0), kDesign + "hello\n",
        kDesign.substr(0, 60) + "\n", std::string("{\"schema\":\"holdfast.prove_design/1\"}\n")}) {
    EXPECT_FALSE(bool(parse_journal(text))) << text;
  }
}

TEST(ExperimentBlock, NumbersOutOfRangeAreRefused) {
  std::string huge = kDesign;
  huge.replace(huge.find("\"rounds\":3"), 10, "\"rounds\":9000");
  EXPECT_FALSE(bool(parse_journal(huge)));
  EXPECT_FALSE(bool(parse_block(
      R"({"schema":"holdfast.prove_block/1","index":0,"round":0,"arm_index":0,"seconds":-1})")));
}

}  // namespace
}  // namespace holdfast
