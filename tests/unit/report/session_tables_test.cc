// SPDX-License-Identifier: MIT
#include "report/session_tables.h"

#include <gtest/gtest.h>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(SessionTables, GlitchRowNamesThePageThatWasMissing) {
  const std::string html = glitch_table_html(test::shown_facts());
  EXPECT_TRUE(test::mentions(html, "<tr data-index=\"1\">")) << html;
  EXPECT_TRUE(test::mentions(html, "libfoo.so library text")) << html;
  EXPECT_TRUE(test::mentions(html, "1 major fault")) << html;
}

TEST(SessionTables, OwnersOfPagesAreRanked) {
  const std::string html = page_cost_table_html(test::shown_facts());
  EXPECT_TRUE(test::mentions(html, "libfoo.so library text")) << html;
  EXPECT_EQ(page_cost_table_html(test::facts_of(test::sample_info(), {})), "");
}

TEST(SessionTables, WhatWasNotGrantedIsSaid) {
  const std::string html = machine_section_html(test::facts_of(test::sample_info(), {}));
  EXPECT_TRUE(test::mentions(html, "memory not locked")) << html;
  EXPECT_TRUE(test::mentions(html, "Linux 6.1, 2 processors, 8 GiB")) << html;
}

TEST(SessionTables, WhatATraceDoesNotHoldIsSaid) {
  const std::string all = trust_section_html(test::shown_facts());
  EXPECT_FALSE(test::mentions(all, "single page faults")) << all;
  const std::string none = trust_section_html(test::facts_of(test::sample_info(), {}));
  EXPECT_TRUE(test::mentions(none, "single page faults; memory, swap and stalls")) << none;
  EXPECT_TRUE(test::mentions(none, "without an end record")) << none;
}

TEST(SessionTables, SamplesAreAbsentUnlessTheTakeIsThere) {
  SessionFacts facts = test::shown_facts();
  EXPECT_TRUE(test::mentions(trust_section_html(facts), "samples")) << trust_section_html(facts);
  facts.waveform.emplace(Frames(1), 1, 48000);
  EXPECT_FALSE(test::mentions(trust_section_html(facts), "samples"));
}

TEST(SessionTables, DroppedFactsAreNotTrustworthy) {
  SessionFacts facts = test::shown_facts();
  facts.summary.dropped_records = 5;
  EXPECT_TRUE(test::mentions(trust_section_html(facts), "Not trustworthy: 5 records"));
}

}  // namespace
}  // namespace holdfast
