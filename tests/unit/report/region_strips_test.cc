// SPDX-License-Identifier: MIT
#include "report/region_strips.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

nlohmann::json strips_of(const SessionFacts& facts) {
  JsonWriter json;
  json.begin_object();
  add_residency(json, facts);
  json.end_object();
  return nlohmann::json::parse(json.text())["residency"];
}

TEST(RegionStrips, TraceWithoutLooksHasNoStrip) {
  const SessionFacts facts = test::shown_facts();
  EXPECT_TRUE(strips_of(facts).is_null());
  EXPECT_EQ(residency_section_html(facts), "");
}

TEST(RegionStrips, OnlyChangesAreKept) {
  const auto strip = strips_of(test::facts_with_regions())["regions"][0];
  EXPECT_EQ(strip["name"], "stack of audio");
  EXPECT_EQ(strip["kind"], "stack");
  EXPECT_EQ(strip["after_ms"], (std::vector<int>{0, 200, 100}));
  EXPECT_EQ(strip["used"], (std::vector<int>{10, 10, 10}));
  EXPECT_EQ(strip["out"], (std::vector<int>{0, 4, 1}));
  EXPECT_EQ(strip["worst_at_ms"], 200);
  EXPECT_EQ(strip["worst_out"], 4);
}

TEST(RegionStrips, TableSaysTheSameAsThePicture) {
  const std::string html = residency_section_html(test::facts_with_regions());
  EXPECT_TRUE(test::mentions(html, "<th scope=\"row\">stack of audio</th>"));
  EXPECT_TRUE(
      test::mentions(html, "value=\"4\" data-path=\"charts.residency.regions.0.worst_out\""));
  EXPECT_TRUE(test::mentions(html, "60.0 %"));
  EXPECT_TRUE(test::mentions(html, "2 regions of 70000 pages not looked at"));
  EXPECT_FALSE(test::mentions(html, "not told"));
}

TEST(RegionStrips, RowsAreFewAndTheRestIsCounted) {
  std::vector<Record> records = test::shown_run();
  for (uint32_t i = 0; i < 20; i++) {
    for (const Record& part : to_text_records(
             region_line(i, RegionKind::kLibraryText, "lib" + std::to_string(i)), kSecond)) {
      records.push_back(part);
    }
    records.push_back(test::residency(1'100'000, i, 30, i % 2));
  }
  const SessionFacts facts = test::facts_of(test::shown_info(), records);
  const auto strips = strips_of(facts);
  EXPECT_EQ(strips["regions"].size(), kDrawnRegions);
  EXPECT_EQ(strips["regions"][0]["name"], "lib1");
  EXPECT_EQ(strips["more_regions"], 8);
  EXPECT_EQ(strips["more_lossy_regions"], 0);
  EXPECT_TRUE(test::mentions(residency_section_html(facts), "8 more regions lost no page."));
}

TEST(RegionStrips, WhatThisUserIsNotToldIsSaid) {
  std::vector<Record> records = test::shown_run();
  for (const Record& part :
       to_text_records(region_line(0, RegionKind::kLibraryText, "lib"), kSecond)) {
    records.push_back(part);
  }
  auto unknown = record_cast<ResidencyRecord>(test::residency(1'100'000, 0, 10, 3));
  unknown.swapped = 0;
  unknown.unknown = 3;
  records.push_back(record_cast<Record>(unknown));
  const SessionFacts facts = test::facts_of(test::shown_info(), records);
  EXPECT_TRUE(test::mentions(residency_section_html(facts), "this user is not told"));
}

}  // namespace
}  // namespace holdfast
