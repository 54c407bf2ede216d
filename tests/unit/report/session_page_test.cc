// SPDX-License-Identifier: MIT
#include "report/session_page.h"

#include <gtest/gtest.h>

#include "report/budget_text.h"
#include "report/html_text.h"
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

TEST(SessionPage, HasNoStyleAttributeAndNoHandler) {
  std::string page = session_page(test::shown_facts());
  page.resize(page.find("<script type"));  // what follows are the script and the library
  page.erase(0, page.find("<body>"));
  EXPECT_FALSE(test::mentions(page, " style=\""));
  EXPECT_FALSE(test::mentions(page, " onclick"));
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
