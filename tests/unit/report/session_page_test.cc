// SPDX-License-Identifier: MIT
#include "report/session_page.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>

#include "report/budget_text.h"
#include "report/html_text.h"
#include "report/session_json.h"
#include "report/session_text.h"
#include "report/trace_events.h"
#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(SessionPage, BeginsWithTheVerdictOfExplain) {
  const SessionFacts facts = test::shown_facts();
  const std::string page = session_page(facts);
  EXPECT_TRUE(test::mentions(page, "<h1>1 of 1 glitch came from page faults.</h1>"));
  const std::string verdict = verdict_text(facts.summary, facts.info);
  EXPECT_TRUE(test::mentions(page, html_text(verdict.substr(verdict.find("Most expensive")))));
}

TEST(SessionPage, HostileNamesStayText) {
  const std::string name = "</script><script>window.hurt=1</script>";
  const SessionFacts facts =
      test::facts_of(test::shown_info(), test::shown_run("/usr/lib/" + name, name));
  const std::string page = session_page(facts);
  EXPECT_TRUE(test::mentions(page, "window.hurt")) << "the name is shown";
  EXPECT_FALSE(test::mentions(page, "<script>window"));
}

/// Sanitizer builds look for overflows meanwhile.
TEST(SessionPage, NoRecordIsTooStrange) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 4; round++) {
    std::vector<Record> records = test::run_with_regions();
    for (int i = 0; i < 100; i++) {
      std::array<unsigned char, sizeof(Record)> bytes = {};
      Record& record = records[random() % records.size()];
      std::memcpy(bytes.data(), &record, sizeof record);
      for (int k = 0; k < 1 + round * 5; k++) {
        bytes[8 + random() % 56] = static_cast<unsigned char>(random());
      }
      std::memcpy(&record, bytes.data(), sizeof record);
      record.head.kind = static_cast<RecordKind>(1 + random() % 16);
    }
    const SessionFacts facts = test::facts_of(test::shown_info(), records);
    EXPECT_TRUE(nlohmann::json::accept(session_report_json(facts)));
    EXPECT_TRUE(nlohmann::json::accept(trace_events_json(facts)));
    EXPECT_TRUE(session_page(facts).ends_with("</html>\n"));
    EXPECT_FALSE(session_paste_text(facts, {}).empty());
  }
}

TEST(SessionPage, HasNoStyleAttributeAndNoHandler) {
  std::string page = session_page(test::shown_facts());
  page.resize(page.find("<script type"));  // what follows are the script and the library
  page.erase(0, page.find("<body>"));
  EXPECT_FALSE(test::mentions(page, " style=\""));
  EXPECT_FALSE(test::mentions(page, " onclick"));
}

TEST(SessionPage, RegionsHaveATableOnlyWhereTheyWereLookedAt) {
  EXPECT_FALSE(test::mentions(session_page(test::shown_facts()), "id=\"residency\""));
  const std::string page = session_page(test::facts_with_regions());
  EXPECT_TRUE(test::mentions(page, "id=\"residency\""));
  EXPECT_TRUE(test::mentions(page, "between two looks at the regions"));
}

TEST(SessionPage, DamageIsSaidFirst) {
  SessionFacts facts = test::shown_facts();
  facts.damage = "chunk 3 at byte 900 is damaged";
  EXPECT_TRUE(test::mentions(session_page(facts), "Damaged trace: chunk 3 at byte 900"));
}

TEST(SessionPage, RunWithoutAGlitchHasNoTableOfThem) {
  const std::string page = session_page(test::facts_of(test::sample_info(), {}));
  EXPECT_TRUE(test::mentions(page, "<h1>No glitch to explain</h1>"));
  EXPECT_FALSE(test::mentions(page, "id=\"glitch-table\""));
}

}  // namespace
}  // namespace holdfast
