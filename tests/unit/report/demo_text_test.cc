// SPDX-License-Identifier: MIT
#include "report/demo_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

DemoResult shown() {
  DemoResult result;
  result.seconds = 30;
  result.limit_bytes = 48 << 20;
  result.swap_bytes = 256 << 20;
  result.loads = 112;
  result.unlocked = {203, 162048, 858, 167, 83'000'000, 1887436};
  result.locked = {0, 0, 0, 0, 120'000, 0};
  return result;
}

TEST(DemoText, TableHasBothCountersAndTheVerdict) {
  const std::string text = demo_text(shown());
  EXPECT_NE(
      text.find("30 s beside 112 runs of MemLoad, in a memory cgroup of 48.0 MiB with 256.0 MiB "
                "of swap."),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("nothing locked             203       162048           858"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("waited for none and lost\naudio 0 times."), std::string::npos) << text;
}

TEST(DemoText, GlitchesOfTheLockedCounterAreNotHidden) {
  DemoResult result = shown();
  result.locked.glitches = 4;
  EXPECT_NE(demo_text(result).find("audio 4 times, for reasons other than memory"),
            std::string::npos);
}

TEST(DemoText, WhatTheMachineLacksIsSaid) {
  DemoResult result = shown();
  result.missing = {"no swap"};
  result.limit_bytes = 0;
  result.swap_bytes = 0;
  const std::string text = demo_text(result);
  EXPECT_NE(text.find("without a memory cgroup and without swap"), std::string::npos) << text;
  EXPECT_NE(text.find("Missing here: no swap\n"), std::string::npos) << text;
}

TEST(DemoText, JsonHasItsSchemaAndTheVerdict) {
  EXPECT_EQ(
      demo_json(shown()).find(R"({"schema":"holdfast.demo/1","verdict":"shown","seconds":30)"), 0U);
}

}  // namespace
}  // namespace holdfast
