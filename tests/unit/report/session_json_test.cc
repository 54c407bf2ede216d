// SPDX-License-Identifier: MIT
#include "report/session_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(SessionJson, HoldsTheVerdictOfExplain) {
  const auto json = nlohmann::json::parse(session_report_json(test::shown_facts()));
  EXPECT_EQ(json["schema"], "holdfast.report/1");
  EXPECT_EQ(json["verdict"], json["summary"]["verdict"]);
  EXPECT_EQ(json["summary"]["glitches"], 1);
  EXPECT_EQ(json["glitches"][0]["missing_frames"], 48);
  EXPECT_EQ(json["glitches"][0]["budget"][0]["cause"], "page_fault");
  EXPECT_EQ(json["audio_thread_faults"]["major"], 1);
  EXPECT_GT(json["cause_times_ns"]["page_fault"], 0);
}

TEST(SessionJson, OfManyGlitchesThoseThatLostMostAreListedInOrder) {
  std::vector<Glitch> glitches(kListedGlitches * 3);
  for (size_t i = 0; i < glitches.size(); i++) {
    glitches[i].index = static_cast<int64_t>(i) + 1;
    glitches[i].gap.missing = Frames(i % 3 == 1 ? 1000 : 16);
  }
  const std::vector<const Glitch*> listed = listed_glitches(glitches);
  ASSERT_EQ(listed.size(), kListedGlitches);
  for (size_t i = 0; i < listed.size(); i++) {
    EXPECT_EQ(listed[i]->index, static_cast<int64_t>(3 * i) + 2);
  }
}

TEST(SessionJson, EmptyRunIsStillAnObject) {
  const auto json =
      nlohmann::json::parse(session_report_json(test::facts_of(test::sample_info(), {})));
  EXPECT_TRUE(json["charts"]["memory"].is_null());
  EXPECT_TRUE(json["charts"]["faults"].is_null());
  EXPECT_TRUE(json["glitches"].empty());
}

}  // namespace
}  // namespace holdfast
