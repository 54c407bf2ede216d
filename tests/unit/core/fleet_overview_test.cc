// SPDX-License-Identifier: MIT
#include "core/fleet_overview.h"

#include <gtest/gtest.h>

#include "tests/support/fleet_sample.h"

namespace holdfast {
namespace {

TEST(FleetOverview, BucketsOfAGroupAreAddedUp) {
  const FleetOverview fleet = test::sample_fleet();
  const std::vector<NamedSums> arms = by_name(fleet.by_arm);
  ASSERT_EQ(arms.size(), 2U);
  EXPECT_EQ(arms[1].name, "none");
  EXPECT_EQ(arms[1].sums.sessions, 2000);
  EXPECT_EQ(total_of(fleet.by_arm).glitched, 18);
  EXPECT_EQ(total_of(fleet.cells)[98].glitches, 20);
}

TEST(FleetOverview, TheShareHasItsExactInterval) {
  // 25 of 10,000: .00161850 to .00368830 (scipy).
  const Interval share = glitched_share_interval({0, 10'000, 25, 25, 0, 0}, 0.05);
  EXPECT_NEAR(share.low, 0.00161850, 5e-8);
  EXPECT_NEAR(share.high, 0.00368830, 5e-8);
  EXPECT_EQ(glitched_share_interval({0, 100, 0, 0, 0, 0}, 0.05).low, 0);
  EXPECT_EQ(glitched_share_interval({0, 100, 100, 100, 0, 0}, 0.05).high, 1);
  EXPECT_EQ(glitched_share_interval({}, 0.05).high, 1);
}

TEST(FleetOverview, RangesOfProcessorUseHaveAboutTheSameExposure) {
  CellSums cells{};
  for (size_t bin = 0; bin < 9; bin++) cells[bin * 10 + bin] = {1000, static_cast<int64_t>(bin)};
  const auto responses = memory_responses(cells);
  ASSERT_EQ(responses.size(), 3U);
  EXPECT_EQ(responses[0].first_cpu_bin, 0);
  EXPECT_EQ(responses[0].last_cpu_bin, 2);
  EXPECT_EQ(responses[2].first_cpu_bin, 6);
  EXPECT_EQ(responses[2].last_cpu_bin, 8);
  EXPECT_EQ(responses[2].by_memory[8].events, 8);
  EXPECT_NEAR(responses[2].by_memory[8].time, 1000.0 / 3600, 1e-9);
}

TEST(FleetOverview, NoGlitchAndNoSecondIsLostBetweenRanges) {
  CellSums cells{};
  cells[5] = {50'000, 2};
  cells[37] = {10, 3};
  cells[99] = {1, 4};
  double events = 0;
  double hours = 0;
  for (const MemoryResponse& response : memory_responses(cells)) {
    for (const EventCount& count : response.by_memory) {
      events += count.events;
      hours += count.time;
    }
  }
  EXPECT_EQ(events, 9);
  EXPECT_NEAR(hours, 50'011.0 / 3600, 1e-9);
  EXPECT_TRUE(memory_responses({}).empty());
}

}  // namespace
}  // namespace holdfast
