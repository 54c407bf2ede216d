// SPDX-License-Identifier: MIT
#include "core/demo_result.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr const char* kSummary =
    R"({"schema":"holdfast.summary/1","missing_frames":48,"glitches":3,"own_major_faults":7,)"
    R"("own_minor_faults":null,"lateness_max_ns":900})";

DemoResult result_with(const CounterResult& unlocked, const CounterResult& locked) {
  DemoResult result;
  result.unlocked = unlocked;
  result.locked = locked;
  return result;
}

TEST(DemoResult, SummaryIsFoundAmongOtherLines) {
  const auto counter = parse_counter_output("advice\n" + std::string(kSummary) + "\nmore\n");
  ASSERT_TRUE(counter);
  CounterResult expected;
  expected.glitches = 3;
  expected.missing_frames = 48;
  expected.major_faults = 7;
  expected.lateness_max_ns = 900;
  EXPECT_EQ(*counter, expected);
}

TEST(DemoResult, CausesAreReadWithTheirSentence) {
  const auto counter = parse_counter_output(
      R"({"schema":"holdfast.summary/1","glitches":3,"causes":{"page_fault":2,"run_queue":1},)"
      R"("verdict":"2 of 3 \"x\" from page faults"})"
      "\n");
  ASSERT_TRUE(counter);
  EXPECT_EQ(counter->page_fault_glitches, 2);
  EXPECT_EQ(counter->verdict, "2 of 3 \"x\" from page faults");
}

TEST(DemoResult, SummaryThatIsMissingOrCutOffIsNone) {
  EXPECT_FALSE(parse_counter_output(""));
  EXPECT_FALSE(parse_counter_output("advice\n"));
  EXPECT_FALSE(parse_counter_output(kSummary));
}

TEST(DemoResult, IsShownWhenOnlyTheUnlockedThreadFaultsAndItGlitchesMore) {
  EXPECT_EQ(judge(result_with({.glitches = 9, .major_faults = 5}, {.glitches = 1})),
            DemoVerdict::kShown);
}

TEST(DemoResult, GlitchesWithoutAFaultAreNotBlamedOnMemory) {
  EXPECT_EQ(judge(result_with({.glitches = 9}, {})), DemoVerdict::kNotPressed);
}

TEST(DemoResult, MinorFaultAloneIsNoPressure) {
  EXPECT_EQ(judge(result_with({.glitches = 120, .minor_faults = 1}, {.glitches = 88})),
            DemoVerdict::kNotPressed);
}

TEST(DemoResult, DifferenceThatMayBeChanceIsNotNoticed) {
  EXPECT_EQ(judge(result_with({.glitches = 1, .major_faults = 5}, {.glitches = 1})),
            DemoVerdict::kNotNoticed);
  EXPECT_EQ(judge(result_with({.glitches = 110, .major_faults = 5}, {.glitches = 88})),
            DemoVerdict::kNotNoticed);
  EXPECT_EQ(judge(result_with({.glitches = 4, .major_faults = 5}, {})), DemoVerdict::kNotNoticed);
  EXPECT_EQ(judge(result_with({.glitches = 5, .major_faults = 5}, {})), DemoVerdict::kShown);
}

TEST(DemoResult, FaultOfTheLockedThreadOutweighsEverything) {
  EXPECT_EQ(judge(result_with({.glitches = 9, .major_faults = 5}, {.minor_faults = 1})),
            DemoVerdict::kLockedFaulted);
}

TEST(DemoResult, VerdictsHaveNames) {
  EXPECT_EQ(name_of(DemoVerdict::kShown), "shown");
  EXPECT_EQ(name_of(DemoVerdict::kLockedFaulted), "locked_faulted");
}

}  // namespace
}  // namespace holdfast
