// SPDX-License-Identifier: MIT
#include "report/html_parts.h"

#include <gtest/gtest.h>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(HtmlParts, NumberNamesItsPlaceInTheJson) {
  EXPECT_EQ(data_html("summary.glitches", 3, "3 <b>"),
            R"(<data value="3" data-path="summary.glitches">3 &lt;b&gt;</data>)");
}

TEST(HtmlParts, FactsWithoutAValueAreLeftOut) {
  const std::string html = facts_html({{"Device", "virtual"}, {"Damage", ""}});
  EXPECT_TRUE(test::mentions(html, "virtual"));
  EXPECT_FALSE(test::mentions(html, "Damage"));
}

TEST(HtmlParts, FirstSentenceIsTheHeadline) {
  const auto [head, rest] = first_sentence("1 of 2 came from it. Most: libm.so.6 text. Try: x");
  EXPECT_EQ(head, "1 of 2 came from it.");
  EXPECT_EQ(rest, "Most: libm.so.6 text. Try: x");
  const std::string half(60, 'a');
  EXPECT_EQ(first_sentence(half + ": " + half + ". End").first, half + ":");
  EXPECT_EQ(first_sentence("a ratio of 0.5 is all").first, "a ratio of 0.5 is all");
}

TEST(HtmlParts, BudgetBarFillsItsWidth) {
  const SessionFacts facts = test::shown_facts();
  const std::string html = budget_bar_html(facts.glitches.at(0));
  EXPECT_TRUE(test::mentions(html, "aria-label=\"page fault ")) << html;
  EXPECT_TRUE(test::mentions(html, "class=\"cause-page_fault\"")) << html;
  EXPECT_FALSE(test::mentions(html, "style=")) << html;  // the page's policy forbids it
}

TEST(HtmlParts, MomentsAreAsLongAsTheyNeedToBe) {
  EXPECT_EQ(moment_text(kMillisecond * 1500), "1.500 s");
  EXPECT_EQ(moment_text(kSecond * 61 + kMillisecond * 7), "1:01.007");
  EXPECT_EQ(moment_text(kSecond * 3661), "1:01:01.000");
}

TEST(HtmlParts, BarIsNeverWiderThanItsColumn) {
  EXPECT_TRUE(test::mentions(bar_html(7.5, "x"), "width=\"100\""));
}

}  // namespace
}  // namespace holdfast
