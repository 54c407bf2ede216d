// SPDX-License-Identifier: MIT
#include "report/session_plan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/lock_plan_text.h"
#include "report/session_json.h"
#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

SessionFacts planned_facts(int64_t limit_bytes) {
  SessionInfo info = test::shown_info();
  info.lock_limit_bytes = limit_bytes;
  return test::facts_of(info, test::shown_run("/usr/lib/lib<foo>.so"));
}

TEST(SessionPlan, ListsWhatThePlanCommandLists) {
  const SessionFacts facts = planned_facts(INT64_MAX);
  const auto json = nlohmann::json::parse(session_report_json(facts))["lock_plan"];
  const LockPlan& plan = *facts.lock_plan;
  EXPECT_EQ(json["locked_bytes"], plan.locked_bytes());
  ASSERT_EQ(json["ranges"].size(), plan.locks.size());
  EXPECT_EQ(json["ranges"][0]["reason"], "waited");
  EXPECT_EQ(json["ranges"][0]["major_faults"], 1);
  EXPECT_TRUE(json["limit_bytes"].is_null());
}

TEST(SessionPlan, PageEscapesNamesAndSaysTheLimit) {
  const std::string html = lock_plan_section_html(planned_facts(1 << 20));
  EXPECT_TRUE(test::mentions(html, "lib&lt;foo&gt;.so")) << html;
  EXPECT_TRUE(test::mentions(html, "under the run&#39;s lock limit of 1.0 MiB")) << html;
  EXPECT_TRUE(test::mentions(html, "1 major fault")) << html;
  EXPECT_FALSE(test::mentions(html, "Left out")) << html;
}

TEST(SessionPlan, WhatFindsNoRoomIsListedApart) {
  const SessionFacts facts = planned_facts(0);
  EXPECT_TRUE(test::mentions(lock_plan_section_html(facts), "Left out under the limit"));
  EXPECT_TRUE(test::mentions(lock_plan_line(facts), "left out: ")) << lock_plan_line(facts);
}

TEST(SessionPlan, WithoutFaultsThereIsNone) {
  const SessionFacts facts = test::facts_of(test::sample_info(), {});
  EXPECT_EQ(lock_plan_section_html(facts), "");
  EXPECT_EQ(lock_plan_line(facts), "");
  EXPECT_TRUE(nlohmann::json::parse(session_report_json(facts))["lock_plan"].is_null());
}

}  // namespace
}  // namespace holdfast
