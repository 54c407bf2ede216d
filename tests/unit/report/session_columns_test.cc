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

TEST(SessionColumns, OnlySilenceIsDrawnAsSilence) {
  SessionFacts facts = test::shown_facts();
  facts.waveform.emplace(Frames(360), 1, facts.info.rate_hz);
  std::vector<float> samples(360, 0.0F);
  samples[0] = 1;
  samples[120] = 1e-6F;
  samples[121] = -1e-6F;
  facts.waveform->add(samples);
  const auto wave = charts_of(facts)["waveform"];
  EXPECT_EQ(wave["high_percent"], (std::vector<int>{100, 1, 0}));
  EXPECT_EQ(wave["low_percent"], (std::vector<int>{0, -1, 0}));
}

TEST(SessionColumns, WaveformLiesOnTheRunsAxisOfTime) {
  SessionFacts facts = test::shown_facts();
  EXPECT_TRUE(charts_of(facts)["waveform"].is_null());
  const Frames elapsed = facts.summary.totals.elapsed;
  facts.waveform.emplace(elapsed, 1, facts.info.rate_hz);
  facts.waveform->add(std::vector<float>(static_cast<size_t>(elapsed.count), -0.5F));
  const auto wave = charts_of(facts)["waveform"];
  EXPECT_EQ(wave["begin_us"], -333);  // a block of 16 frames is due at its end
  EXPECT_EQ(wave["peak_permille"], 500);
  EXPECT_EQ(wave["low_percent"][0], -100);
  EXPECT_EQ(wave["high_percent"].size(), wave["low_percent"].size());
  const double end_us = wave["begin_us"].get<double>() +
                        wave["span_us"].get<double>() * static_cast<double>(elapsed.count) /
                            static_cast<double>(facts.waveform->span().count);
  EXPECT_NEAR(end_us, static_cast<double>((facts.last_due - facts.begin).count) / 1000, 1);
}

}  // namespace
}  // namespace holdfast
