// SPDX-License-Identifier: MIT
#include "core/report_crossover.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(ReportCrossover, EachGlitchWithAHistoryIsASetOfItsInstallation) {
  ReceivedReport report;
  report.install = 7;
  report.listed.resize(3);
  report.listed[0].before = 1;
  report.listed[0].cpu_percent = {10, 20, 30};
  report.listed[0].memory_percent = {40, 50, 60};
  report.listed[1].before = 3;  // beyond its history
  report.listed[1].cpu_percent = {10};
  report.listed[1].memory_percent = {10};
  const auto sets = crossover_sets(report);
  ASSERT_EQ(sets.size(), 1U);
  EXPECT_EQ(sets[0].group, 7);
  EXPECT_EQ(sets[0].glitch, (LoadPoint{0.2, 0.5}));
  EXPECT_EQ(sets[0].others, (std::vector<LoadPoint>{{0.1, 0.4}, {0.3, 0.6}}));
}

}  // namespace
}  // namespace holdfast
