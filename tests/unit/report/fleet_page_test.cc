// SPDX-License-Identifier: MIT
#include "report/fleet_page.h"

#include <gtest/gtest.h>

#include "tests/support/fleet_sample.h"

namespace holdfast {
namespace {

bool says(const std::string& page, std::string_view what) {
  return page.find(what) != std::string::npos;
}

TEST(FleetPage, TheHeadlineIsOneOfHowMany) {
  const std::string page = fleet_page(test::sample_fleet(), 20'003);
  EXPECT_TRUE(says(page, "<h1>1 of 167 sessions has a glitch</h1>"));
  EXPECT_TRUE(says(page, "3,000 sessions (140 reports) of 12 installations"));
  EXPECT_TRUE(says(page, "9 installations have had none"));
}

TEST(FleetPage, WhatComesInWithReportsIsNeverMarkup) {
  const std::string page = fleet_page(test::sample_fleet(), 20'003);
  EXPECT_FALSE(says(page, "<script"));
  EXPECT_TRUE(says(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"));
  EXPECT_FALSE(says(report_page("x", test::kMarkup), "<script"));
  EXPECT_FALSE(says(missing_page(test::kMarkup), "<script"));
}

TEST(FleetPage, NoTextOfAnyKindIsMarkup) {
  FleetOverview fleet = test::sample_fleet();
  fleet.filter = {test::kMarkup, test::kMarkup, test::kMarkup, 20'000, 20'002};
  fleet.apps = fleet.versions = {test::kMarkup};
  for (auto* groups : {&fleet.by_version, &fleet.by_arm, &fleet.by_os, &fleet.by_backend}) {
    for (SessionGroup& group : *groups) group.name = test::kMarkup;
  }
  for (auto* causes : {&fleet.causes, &fleet.worst_places}) {
    for (CauseGroup& group : *causes) group.cause = group.object = group.symbol = test::kMarkup;
  }
  for (InstallLine& line : fleet.worst_installs) line.app = line.version = test::kMarkup;
  for (ReportLine& line : fleet.glitched_reports) {
    line.app = line.version = line.arm = test::kMarkup;
  }
  const std::string page = fleet_page(fleet, 20'003);
  EXPECT_FALSE(says(page, "<script"));
  EXPECT_FALSE(says(page, "alert('x')"));
}

TEST(FleetPage, NothingIsFetchedFromElsewhereAndNothingRuns) {
  const std::string page = fleet_page(test::sample_fleet(), 20'003);
  EXPECT_FALSE(says(page, "http:"));
  EXPECT_FALSE(says(page, "https:"));
  EXPECT_FALSE(says(page, " style="));
  EXPECT_FALSE(says(page, "javascript:"));
  EXPECT_EQ(page.find("href=\"//"), std::string::npos);
  EXPECT_EQ(std::string(fleet_style()).find("url("), std::string::npos);
}

TEST(FleetPage, AFilterStaysInEveryLink) {
  FleetOverview fleet = test::sample_fleet();
  fleet.filter.app = "my-editor";
  fleet.filter.first_day = 19'996;
  const std::string page = fleet_page(fleet, 20'003);
  EXPECT_TRUE(says(page, "href=\"/?app=my-editor&amp;arm=none&amp;since=2024-09-30\""));
  EXPECT_TRUE(says(page, "<option value=\"2024-09-30\" selected>the last 7 days</option>"));
  fleet.filter.first_day = 19'000;
  EXPECT_TRUE(says(fleet_page(fleet, 20'003), "<option value=\"2022-01-08\" selected>2022-01-08"));
}

TEST(FleetPage, ArmsAreComparedWithNothingLocked) {
  const std::string page = fleet_page(test::sample_fleet(), 20'003);
  EXPECT_TRUE(says(page, "<b>all</b> locked against none: 0.25 (0.0"));
}

TEST(FleetPage, AnEmptyStoreSaysSo) {
  const std::string page = fleet_page({}, 20'003);
  EXPECT_TRUE(says(page, "No sessions yet"));
  EXPECT_TRUE(says(page, "Nothing to draw yet"));
}

TEST(FleetPage, FewInstallationsAreAWarning) {
  FleetOverview fleet = test::sample_fleet();
  EXPECT_FALSE(says(fleet_page(fleet, 20'003), "Fewer than five installations"));
  fleet.installs.installs = 4;
  EXPECT_TRUE(says(fleet_page(fleet, 20'003), "Fewer than five installations"));
}

TEST(FleetPage, TheNumbersOfAFewAreLeftOut) {
  FleetOverview fleet = test::sample_fleet();
  EXPECT_FALSE(says(fleet_page(fleet, 20'003), "fewer than 5 installations"));
  fleet.by_version = {{"rare", 1, {40, 4321, 2, 3, 60'000'000, 100}}};
  const std::string page = fleet_page(fleet, 20'003);
  EXPECT_TRUE(says(page, "fewer than 5 installations"));
  EXPECT_FALSE(says(page, "4,321"));
}

TEST(FleetPage, GlitchesAreComparedWithinTheirSessions) {
  EXPECT_TRUE(says(fleet_page(test::sample_fleet(), 20'003),
                   "times the glitches for each tenth more of memory use"));
  EXPECT_TRUE(
      says(fleet_page({}, 20'003),
           "Too few glitches with load that varies, or of fewer than five installations: 0 of 0."));
}

TEST(FleetPage, AReportIsShownLineByLine) {
  EXPECT_TRUE(says(report_page("x", "{\"a\":{\"b\":\"{,}\"},\"c\":[1,2]}"),
                   "{\n  &quot;a&quot;:{\n    &quot;b&quot;:&quot;{,}&quot;\n  },\n  "
                   "&quot;c&quot;:[1,\n  2]\n}"));
}

}  // namespace
}  // namespace holdfast
