// SPDX-License-Identifier: MIT
#include "core/report_sums.h"

#include <gtest/gtest.h>

#include <functional>

namespace holdfast {
namespace {

constexpr int64_t kReportHour = 474400;

/// A minute with two glitches.
ReceivedReport good_minute() {
  ReceivedReport report;
  report.start_hour = kReportHour;
  report.duration_ms = 60'000;
  report.frames_expected = 2'880'000;
  report.frames_lost = 512;
  report.glitches = 2;
  report.gap_us_sum = 10'667;
  report.cells = {{1, 9, 40, 2}, {2, 3, 20, 0}};
  report.listed.resize(1);
  report.listed[0].at_ms = 30'000;
  report.listed[0].frames = 384;
  report.glitches_dropped = 1;
  return report;
}

std::string after_change(const std::function<void(ReceivedReport&)>& change) {
  ReceivedReport report = good_minute();
  change(report);
  return find_contradiction(report, kReportHour);
}

TEST(ReportSums, AMinuteThatAddsUpIsGood) {
  EXPECT_EQ(after_change([](ReceivedReport&) {}), "");
}

TEST(ReportSums, ReportsMayBeSixWeeksOldAndADayAhead) {
  EXPECT_EQ(find_contradiction(good_minute(), kReportHour + kOldestReportHours), "");
  EXPECT_NE(find_contradiction(good_minute(), kReportHour + kOldestReportHours + 1), "");
  EXPECT_EQ(find_contradiction(good_minute(), kReportHour - kNewestReportHours), "");
  EXPECT_NE(find_contradiction(good_minute(), kReportHour - kNewestReportHours - 1), "");
}

TEST(ReportSums, CellsMayMissTwoSecondsOfTheSession) {
  EXPECT_EQ(after_change([](ReceivedReport& r) { r.duration_ms += 2000; }), "");
  EXPECT_NE(after_change([](ReceivedReport& r) { r.duration_ms += 2001; }), "");
  EXPECT_NE(after_change([](ReceivedReport& r) { r.duration_ms -= 2001; }), "");
  EXPECT_EQ(after_change([](ReceivedReport& r) {
              r.duration_ms += 60'000;
              r.suspended_ms = 60'000;
            }),
            "");
}

TEST(ReportSums, EveryContradictionIsNamed) {
  const std::pair<const char*, std::function<void(ReceivedReport&)>> cases[] = {
      {"session.suspended_ms", [](ReceivedReport& r) { r.suspended_ms = 60'001; }},
      {"sample_weight", [](ReceivedReport& r) { r.weight = 2; }},
      {"exposure.frames_lost", [](ReceivedReport& r) { r.frames_expected = 511; }},
      {"exposure.gap_us_sum", [](ReceivedReport& r) { r.gap_us_sum = 2'000'001; }},
      {"cells.rows: a cell",
       [](ReceivedReport& r) {
         r.cells[1] = {1, 9, 20, 0};
       }},
      {"cells.rows: glitches", [](ReceivedReport& r) { r.cells[0].glitches = 1; }},
      {"glitches: more", [](ReceivedReport& r) { r.glitches_dropped = 2; }},
      {"glitches.t_ms", [](ReceivedReport& r) { r.listed[0].at_ms = 60'001; }},
      {"glitches.frames", [](ReceivedReport& r) { r.listed[0].frames = 513; }},
  };
  for (const auto& [name, change] : cases) {
    EXPECT_EQ(after_change(change).rfind(name, 0), 0U) << name << " but " << after_change(change);
  }
}

TEST(ReportSums, LostFramesNeedAGlitch) {
  ReceivedReport report = good_minute();
  report.glitches = 0;
  report.gap_us_sum = 0;
  report.cells[0].glitches = 0;
  EXPECT_EQ(find_contradiction(report, kReportHour).rfind("exposure.frames_lost", 0), 0U);
}

TEST(ReportSums, ADeletionHasNothingToContradict) {
  ReceivedReport report;
  report.kind = ReportKind::kDeletion;
  EXPECT_EQ(find_contradiction(report, kReportHour), "");
}

}  // namespace
}  // namespace holdfast
