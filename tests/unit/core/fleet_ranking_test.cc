// SPDX-License-Identifier: MIT
#include "core/fleet_ranking.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

std::vector<CauseCount> cause_counts() {
  return {{"major_fault", "libasound.so.2", "snd_pcm_mmap_commit", 12, 0.5},
          {"major_fault", "libasound.so.2", "snd_pcm_readi", 3, 0.1},
          {"major_fault", "app", "render", 10, 2},
          {"sched", "", "", 25, 0},
          {"device", "", "", 0, 0}};
}

TEST(FleetRanking, CausesHaveSharesWithIntervals) {
  const auto causes = cause_shares(cause_counts(), 0.05);
  ASSERT_EQ(causes.size(), 2U);
  EXPECT_EQ(causes[0].name, "major_fault");
  EXPECT_DOUBLE_EQ(causes[0].share, 0.5);
  EXPECT_NEAR(causes[0].interval.low, 0.3553, 1e-4);  // Clopper-Pearson for 25 of 50
  EXPECT_NEAR(causes[0].interval.high, 0.6447, 1e-4);
  EXPECT_NEAR(causes[0].stall_seconds, 2.6, 1e-12);
}

TEST(FleetRanking, ObjectsAndSymbolsAreRankedByTheirGlitches) {
  const auto objects = worst_objects(cause_counts(), 5, 0.05);
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].name, "libasound.so.2");
  EXPECT_EQ(objects[0].glitches, 15);
  EXPECT_DOUBLE_EQ(objects[0].share, 0.6) << "of those with a known object";
  const auto symbols = worst_symbols(cause_counts(), 2, 0.05);
  ASSERT_EQ(symbols.size(), 2U);
  EXPECT_EQ(symbols[0].name, "libasound.so.2: snd_pcm_mmap_commit");
  EXPECT_EQ(symbols[1].name, "app: render");
}

TEST(FleetRanking, OfTwoAlikeTheLongerStallsGoFirst) {
  const auto objects = worst_objects({{"x", "a", "", 5, 1}, {"x", "b", "", 5, 2}}, 5, 0.05);
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].name, "b");
}

TEST(FleetRanking, NothingRanksNothing) {
  EXPECT_TRUE(cause_shares({}, 0.05).empty());
  EXPECT_TRUE(worst_symbols({{"x", "a", "", 5, 1}}, 5, 0.05).empty());
}

}  // namespace
}  // namespace holdfast
