// SPDX-License-Identifier: MIT
#include "core/fleet_sums.h"

#include <gtest/gtest.h>

#include <random>

namespace holdfast {
namespace {

ReceivedReport session_of(uint64_t install, int64_t glitches, int64_t weight) {
  ReceivedReport report;
  report.app = "editor";
  report.version = "1.0";
  report.os = "linux";
  report.backend = "jack";
  report.arm = "none";
  report.install = install;
  report.weight = weight;
  report.start_hour = 24 * 100 + 5;
  report.duration_ms = 60'000;
  report.glitches = glitches;
  report.frames_lost = 128 * glitches;
  report.cells = {{3, 9, 50, glitches}, {0, 0, 10, 0}};
  for (int64_t i = 0; i < glitches; i++) {
    report.listed.emplace_back();
    report.listed.back().cause = "sched";
    report.listed.back().stall_us = 1000;
  }
  return report;
}

TEST(FleetSums, CleanSessionsStandForAsManyAsTheirWeight) {
  FleetSums sums;
  sums.add(session_of(1, 0, 50));
  sums.add(session_of(1, 2, 1));
  ASSERT_EQ(sums.sessions.size(), 1U);
  EXPECT_EQ(sums.sessions.begin()->first.day, 100);
  EXPECT_EQ(sums.sessions.begin()->second, (SessionSums{2, 51, 1, 2, 51 * 60'000, 256}));
  EXPECT_EQ(sums.cells.begin()->second[39], (CellCount{51 * 50, 2}));
  EXPECT_EQ(sums.cells.begin()->second[0], (CellCount{51 * 10, 0}));
  EXPECT_EQ(sums.causes.begin()->second, (CauseSums{2, 2000}));
}

TEST(FleetSums, AReportThatIsTakenOutLeavesNothing) {
  FleetSums sums;
  sums.add(session_of(7, 3, 1));
  sums.add(session_of(7, 3, 1), -1);
  EXPECT_EQ(sums.sessions.begin()->second, SessionSums{});
  EXPECT_EQ(sums.causes.begin()->second, CauseSums{});
  EXPECT_EQ(encode_cells(sums.cells.begin()->second), "");
}

TEST(FleetSums, ADeletionIsNoSession) {
  FleetSums sums;
  ReceivedReport deletion = session_of(7, 0, 1);
  deletion.kind = ReportKind::kDeletion;
  sums.add(deletion);
  EXPECT_TRUE(sums.sessions.empty());
}

TEST(FleetSums, InstallationsSpreadEvenlyOverBucketsHoweverTheirIdsAreDrawn) {
  std::array<int, kInstallBuckets> counts{};
  for (uint64_t install = 0; install < 6400; install++) {
    counts[static_cast<size_t>(install_bucket(install << 32))]++;
  }
  for (const int count : counts) EXPECT_NEAR(count, 100, 45);
}

TEST(FleetSums, CellsAreReadAsTheyWereWritten) {
  std::mt19937_64 random(1);
  CellSums sums{};
  for (CellCount& cell : sums) {
    if (random() % 3 != 0) cell = {static_cast<int64_t>(random() >> (random() % 64)), 5};
  }
  sums[99] = {-3, INT64_MAX};
  const auto back = decode_cells(encode_cells(sums));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, sums);
}

TEST(FleetSums, DamagedCellsAreSeen) {
  CellSums sums{};
  sums[5] = {1000, 2};
  const std::string bytes = encode_cells(sums);
  EXPECT_FALSE(decode_cells(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(decode_cells("\x64\x01\x01"));
  EXPECT_FALSE(decode_cells(std::string(12, '\xff')));
}

}  // namespace
}  // namespace holdfast
