// SPDX-License-Identifier: MIT
#include "core/fleet_answers.h"

#include <gtest/gtest.h>

#include "tests/support/fleet_sample.h"

namespace holdfast {
namespace {

TEST(FleetAnswers, GroupsKeepTheirOrderAndAddUpTheirBuckets) {
  const FleetAnswers answers = answers_of(test::sample_fleet());
  ASSERT_EQ(answers.by_arm.size(), 2U);
  EXPECT_EQ(answers.by_arm[1].name, "none");
  EXPECT_EQ(answers.by_arm[1].sums.sessions, 2000);
  EXPECT_EQ(answers.all.sums.glitched, 18);
  EXPECT_NEAR(answers.all.glitched_share.value, 18.0 / 3000, 1e-12);
}

TEST(FleetAnswers, IntervalsAreByUsersAsSoonAsTwoBucketsHadGlitches) {
  FleetOverview fleet = test::sample_fleet();
  EXPECT_EQ(answers_of(fleet).all.glitched_share.basis, IntervalBasis::kUsers);
  fleet.by_arm = {{"none", 7, {0, 10'000, 25, 25, 3'600'000, 0}}};
  const FleetAnswers alone = answers_of(fleet);
  // 25 of 10,000: .00161850 to .00368830 (scipy).
  EXPECT_EQ(alone.all.glitched_share.basis, IntervalBasis::kSessions);
  EXPECT_NEAR(alone.all.glitched_share.interval.low, 0.00161850, 5e-8);
  EXPECT_NEAR(alone.all.glitched_share.interval.high, 0.00368830, 5e-8);
}

TEST(FleetAnswers, FewUsersWithMostGlitchesMakeTheIntervalWider) {
  FleetOverview even;
  FleetOverview uneven;
  for (int bucket = 0; bucket < kInstallBuckets; ++bucket) {
    even.by_arm.push_back({"none", bucket, {0, 100, 2, 2, 3'600'000, 0}});
    const int64_t glitched = bucket % 16 == 0 ? 32 : 0;
    uneven.by_arm.push_back({"none", bucket, {0, 100, glitched, glitched, 3'600'000, 0}});
  }
  const Interval narrow = answers_of(even).all.glitched_share.interval;
  const Interval wide = answers_of(uneven).all.glitched_share.interval;
  EXPECT_GT(wide.high - wide.low, 4 * (narrow.high - narrow.low));
}

TEST(FleetAnswers, ArmsAreComparedWithTheOneThatLocksNothing) {
  FleetOverview fleet = test::sample_fleet();
  const FleetAnswers answers = answers_of(fleet);
  ASSERT_EQ(answers.arms.size(), 1U);
  EXPECT_EQ(answers.arms[0].arm, "all");
  EXPECT_NEAR(answers.arms[0].comparison.ratio.value, 3.0 / 12.0, 1e-12);
  fleet.by_arm.resize(1);  // "all" alone
  EXPECT_TRUE(answers_of(fleet).arms.empty());
}

TEST(FleetAnswers, WhatFewInstallationsHaveToldIsNotShownApart) {
  FleetOverview fleet = test::sample_fleet();
  EXPECT_FALSE(answers_of(fleet).by_arm[0].is_few());
  EXPECT_EQ(answers_of(fleet).cells[98].seconds, 3600);
  fleet.by_arm.erase(fleet.by_arm.begin());  // four buckets of "all" are left
  fleet.cells[4][98] = {};
  const FleetAnswers answers = answers_of(fleet);
  EXPECT_TRUE(answers.by_arm[0].is_few());
  EXPECT_FALSE(answers.by_arm[1].is_few());
  EXPECT_TRUE(answers.arms.empty());
  EXPECT_EQ(answers.cells[98], CellCount{});
  EXPECT_EQ(answers.cells[19].seconds, 3600);
  for (const MemoryBinRates& rates : answers.by_memory) EXPECT_EQ(rates.by_memory[8].time, 0);
}

TEST(FleetAnswers, GlitchesAreComparedWithinTheirSessions) {
  FleetOverview fleet = test::sample_fleet();
  const Crossover found = answers_of(fleet).crossover;
  ASSERT_TRUE(found.is_known);
  EXPECT_EQ(found.sets, 40);
  EXPECT_EQ(found.groups, 10);
  EXPECT_GT(found.memory.slope, 0);
  for (CrossoverSet& set : fleet.histories) set.group %= 4;
  EXPECT_FALSE(answers_of(fleet).crossover.is_known) << "four installations tell of themselves";
}

TEST(FleetAnswers, TheTrendIsThatOfTheCells) {
  FleetOverview fleet;
  for (size_t bucket = 0; bucket < fleet.cells.size(); ++bucket) {
    for (size_t memory = 0; memory < 10; ++memory) {
      fleet.cells[bucket][30 + memory] = {10'000, static_cast<int64_t>(memory + bucket % 3)};
    }
  }
  const FleetAnswers answers = answers_of(fleet);
  EXPECT_GT(answers.memory_trend.z, 5);
  EXPECT_LT(answers.memory_trend.p_value, 1e-6);
  EXPECT_EQ(answers.processor_trend.p_value, 1);
  ASSERT_EQ(answers.by_memory.size(), 1U);
  EXPECT_GT(answers.by_memory[0].by_memory[9].events, answers.by_memory[0].by_memory[0].events);
}

TEST(FleetAnswers, NothingIsAnAnswerToo) {
  const FleetAnswers answers = answers_of({});
  EXPECT_EQ(answers.all.sums.sessions, 0);
  EXPECT_FALSE(answers.all.has_hours());
  EXPECT_EQ(answers.all.glitched_share.interval.high, 1);
  EXPECT_TRUE(answers.by_day.empty());
  EXPECT_TRUE(answers.by_memory.empty());
}

TEST(FleetAnswers, ABucketThatDoesNotExistIsNoDanger) {
  FleetOverview fleet;
  fleet.by_arm = {{"none", 1'000'000, {1, 1, 0, 0, 1000, 0}}, {"none", -5, {1, 1, 0, 0, 1000, 0}}};
  EXPECT_EQ(answers_of(fleet).all.sums.sessions, 2);
}

}  // namespace
}  // namespace holdfast
