// SPDX-License-Identifier: MIT
#include "report/load_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace holdfast {
namespace {

constexpr int64_t kMebibyte = int64_t{1} << 20;

LoadSample holding() {
  LoadSample sample;
  sample.elapsed = kSecond * 72;
  sample.target = {LoadGoal::kStallsSome, 0.4};
  sample.phase = LoadPhase::kHolding;
  sample.actual = 0.392;
  sample.rates.stalls_some = 0.392;
  sample.rates.swap_out_bytes = 61.0 * kMebibyte;
  sample.rates.refaults = 210;
  sample.rates.other_major_faults = 12;
  sample.rates.processor_share = 0.31;
  sample.left_bytes = 23 * kMebibyte;
  sample.ballast_bytes = 240 * kMebibyte;
  return sample;
}

LoadStep held() {
  LoadStep step;
  step.target = {LoadGoal::kSwapOut, 50.0 * kMebibyte};
  step.hold = {kSecond * 12, 108, 107, 0.13, 50.5 * kMebibyte, 0.06, 110};
  step.other_major_faults = 12.34;
  step.processor_share = 0.31;
  step.length = kSecond * 120;
  return step;
}

TEST(LoadText, LineSaysWhatIsHeldWhatItDoesAndWhatItCosts) {
  EXPECT_EQ(
      load_line(holding()),
      "01:12  psi_some 39.2 % of 40.0 % (holding) | swap out 61.0 MiB/s, 210 refaults/s, "
      "others 12 major faults/s, 23.0 MiB left | costs 31 % of a processor, 240.0 MiB locked");
}

TEST(LoadText, LineLeavesOutWhatTheMachineDoesNotTell) {
  LoadSample sample;
  sample.target = {LoadGoal::kPasses, 0};
  sample.phase = LoadPhase::kPassing;
  sample.passes = 93;
  sample.kills = 2;
  EXPECT_EQ(load_line(sample),
            "00:00  93 passes | 0 B left | costs 0 % of a processor, 0 B locked, killed 2 times");
}

TEST(LoadText, SampleAsJsonHasEveryNumber) {
  const auto json = nlohmann::json::parse(load_json(holding()));
  EXPECT_EQ(json["schema"], "holdfast.load/1");
  EXPECT_EQ(json["event"], "sample");
  EXPECT_EQ(json["goal"], "psi_some");
  EXPECT_EQ(json["target"], 0.4);
  EXPECT_EQ(json["actual"], 0.392);
  EXPECT_EQ(json["phase"], "holding");
  EXPECT_EQ(json["elapsed_s"], 72.0);
  EXPECT_TRUE(json["psi_full"].is_null());
  EXPECT_EQ(json["other_major_faults_per_s"], 12.0);
  EXPECT_EQ(json["locked_bytes"], 240 * kMebibyte);
}

TEST(LoadText, StepSaysHowItWasHeld) {
  EXPECT_EQ(
      load_step_text(held()),
      "swap_out 50.0 MiB/s: reached after 12.0 s, then 107 of 108 windows of 10 s within "
      "10 %, mean 50.5 MiB/s, varying by 6 %; others had 12.3 major faults/s; it cost 31 % of "
      "a processor");
}

TEST(LoadText, StepSaysWhatIsReachable) {
  LoadStep step = held();
  step.target = {LoadGoal::kStallsSome, 0.9};
  step.reachable = 0.71;
  EXPECT_EQ(load_step_text(step).substr(0, 57),
            "psi_some 90.0 %: out of reach: all effort gives 71.0 %; o");
  step.reachable.reset();
  step.hold = {std::nullopt, 0, 0, 0, 0.3, 0.1, 60};
  EXPECT_EQ(load_step_text(step).substr(0, 54),
            "psi_some 90.0 %: not reached in 120.0 s: mean 30.0 %; ");
}

TEST(LoadText, StepAsJsonHasEveryNumber) {
  const auto json = nlohmann::json::parse(load_step_json(held()));
  EXPECT_EQ(json["event"], "step");
  EXPECT_EQ(json["settled_after_s"], 12.0);
  EXPECT_EQ(json["windows"], 108);
  EXPECT_EQ(json["windows_within"], 107);
  EXPECT_TRUE(json["reachable"].is_null());
}

TEST(LoadText, WhatWasNotMeasuredIsNotCalledZero) {
  LoadStep step = held();
  step.hold = HoldResult();
  const auto json = nlohmann::json::parse(load_step_json(step));
  EXPECT_TRUE(json["mean"].is_null());
  EXPECT_TRUE(json["worst_share"].is_null());
  EXPECT_NE(load_step_text(step).find("nothing was measured"), std::string::npos);
  EXPECT_NE(load_stairs_text({step}).find(" ?"), std::string::npos);
}

TEST(LoadText, NoteIsAnEvent) {
  EXPECT_EQ(load_note_json("no \"swap\""),
            R"({"schema":"holdfast.load/1","event":"note","text":"no \"swap\""})");
}

TEST(LoadText, StairsAreATable) {
  EXPECT_EQ(load_stairs_text({held()}),
            "        target        actual  varying  others' major faults/s  processor\n"
            "    50.0 MiB/s    50.5 MiB/s      6 %                    12.3       31 %\n");
}

}  // namespace
}  // namespace holdfast
