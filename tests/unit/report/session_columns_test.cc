// SPDX-License-Identifier: MIT
#include "report/session_columns.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

nlohmann::json charts_of(const SessionFacts& facts) {
  JsonWriter json;
  json.begin_object();
  add_charts(json, facts);
  json.end_object();
  return nlohmann::json::parse(json.text())["charts"];
}

TEST(SessionColumns, SharesAreOfTheTimeBetweenTwoReadings) {
  const auto charts = charts_of(test::shown_facts());
  EXPECT_EQ(charts["memory"]["at_ms"], nlohmann::json::array({100}));
  EXPECT_EQ(charts["memory"]["available_kib"][0], (4 << 20) - 1200);
  EXPECT_EQ(charts["memory"]["stalled_some_permille"][0], 300);  // 30 ms of 100 ms
  EXPECT_TRUE(charts["memory"]["stalled_full_permille"].is_null());
  EXPECT_EQ(charts["processors"]["busy_permille"][0], 250);
}

TEST(SessionColumns, FaultsAreEventsOnRowsOfPages) {
  const auto faults = charts_of(test::shown_facts())["faults"];
  EXPECT_EQ(faults["after_us"], nlohmann::json::array({100'010}));
  EXPECT_EQ(faults["length_100ns"], nlohmann::json::array({9000}));
  EXPECT_EQ(faults["major"], nlohmann::json::array({0}));
  EXPECT_EQ(faults["row"], nlohmann::json::array({0}));
  EXPECT_EQ(faults["groups"][0]["name"], "libfoo.so library text");
  EXPECT_EQ(faults["addresses"][0], "0x6000");
}

TEST(SessionColumns, EveryGlitchHasItsFlag) {
  const auto flags = charts_of(test::shown_facts())["flags"];
  EXPECT_EQ(flags["at_us"].size(), 1U);
  EXPECT_EQ(flags["causes"][flags["cause"][0].get<size_t>()], "page_fault");
  EXPECT_EQ(flags["missing_frames"][0], 48);
}

TEST(SessionColumns, CounterThatIsNotKnownGivesNoNumber) {
  SessionFacts facts = test::facts_of(
      test::shown_info(), {test::block(0, 1000, 1010), test::processors_reading(1000, -1, -1),
                           test::processors_reading(200'000, 5, 5)});
  const auto charts = charts_of(facts);
  EXPECT_TRUE(charts["processors"]["busy_permille"].is_null());
}

TEST(SessionColumns, GroupOfAPageHasNoAddressInIt) {
  PageOwner owner;
  owner.role = MemoryRole::kLibraryText;
  owner.mapping = "libfoo.so";
  owner.is_file_backed = true;
  owner.file_offset = 0x1234;
  EXPECT_EQ(page_group(owner), "libfoo.so library text");
  EXPECT_EQ(page_group({}), page_group({}));
}

}  // namespace
}  // namespace holdfast
