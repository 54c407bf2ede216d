// SPDX-License-Identifier: MIT
#include "core/case_crossover.h"

#include <gtest/gtest.h>

#include <cmath>

namespace holdfast {
namespace {

/// Pairs in which only memory differs, by 1: the slope is the logarithm of the ratio of discordant
/// pairs, with variance 1/n + 1/m (N. Breslow & N. Day 1980, 5.2). A little processor load keeps
/// the other slope defined.
TEST(CaseCrossover, PairsGiveTheRatioOfDiscordantOnes) {
  std::vector<CrossoverSet> sets;
  for (int i = 0; i < 40; ++i) {
    sets.push_back({{0.5, 1}, {{0.5, 0}}, i});
  }
  for (int i = 0; i < 10; ++i) sets.push_back({{0.5, 0}, {{0.5, 1}}, 100 + i});
  for (int i = 0; i < 8; ++i) {
    sets.push_back({{i % 2 == 0 ? 0.6 : 0.4, 0.5}, {{i % 2 == 0 ? 0.4 : 0.6, 0.5}}, 200 + i});
  }
  const Crossover found = case_crossover(sets, 0.05);
  ASSERT_TRUE(found.is_known);
  EXPECT_NEAR(found.memory.slope, std::log(4), 1e-9);
  EXPECT_GE(found.memory.deviation, std::sqrt(1.0 / 40 + 1.0 / 10) - 1e-9);
  EXPECT_NEAR(found.memory.deviation, std::sqrt(1.0 / 40 + 1.0 / 10), 0.01);
  EXPECT_NEAR(found.cpu.slope, 0, 1e-9);
  EXPECT_EQ(found.sets, 58);
}

/// The maximum of the likelihood, found apart by a pattern search.
TEST(CaseCrossover, FindsTheMaximumOfTheLikelihood) {
  const std::vector<CrossoverSet> sets = {
      {{.9, .8}, {{.2, .4}, {.5, .9}, {.3, .3}}, 0},
      {{.6, .7}, {{.7, .2}, {.1, .5}}, 1},
      {{.4, .9}, {{.8, .8}, {.3, .1}, {.5, .6}, {.2, .2}}, 2},
      {{.3, .2}, {{.6, .1}, {.2, .7}}, 3},
      {{.7, .5}, {{.4, .6}, {.9, .1}}, 4},
  };
  const Crossover found = case_crossover(sets, 0.05);
  ASSERT_TRUE(found.is_known);
  EXPECT_NEAR(found.cpu.slope, 2.5760145, 1e-5);
  EXPECT_NEAR(found.memory.slope, 3.2713473, 1e-5);
  EXPECT_GE(found.cpu.deviation, 2.57003 - 1e-4) << "never surer than the model";
  EXPECT_GE(found.memory.deviation, 2.49890 - 1e-4);
}

TEST(CaseCrossover, OneUserManyTimesIsStillOneUser) {
  std::vector<CrossoverSet> sets;
  for (int i = 0; i < 100; ++i) {
    const bool is_high = i % 4 != 0;
    sets.push_back({{i % 3 * 0.1, is_high ? 0.9 : 0.1}, {{i % 5 * 0.1, is_high ? 0.1 : 0.9}}, i});
  }
  const double apart = case_crossover(sets, 0.05).memory.deviation;
  for (size_t i = 0; i < sets.size(); ++i) sets[i].group = static_cast<int64_t>(i % 4);
  EXPECT_GT(case_crossover(sets, 0.05).memory.deviation, 2 * apart);
}

TEST(CaseCrossover, TooLittleIsNotKnown) {
  EXPECT_FALSE(case_crossover({}, 0.05).is_known);
  EXPECT_FALSE(case_crossover({{{.5, .5}, {{.5, .5}}, 0}}, 0.05).is_known) << "nothing varies";
  const std::vector<CrossoverSet> always = {{{.1, .9}, {{.2, .1}}, 0}, {{.3, .8}, {{.2, .2}}, 1}};
  EXPECT_FALSE(case_crossover(always, 0.05).is_known) << "memory was higher each time";
}

TEST(CaseCrossover, AHistoryBecomesASet) {
  const CrossoverSet set = crossover_set({1, {10, 20, 30}, {40, 50, 60}}, 7);
  EXPECT_EQ(set.glitch, (LoadPoint{0.2, 0.5}));
  ASSERT_EQ(set.others.size(), 2U);
  EXPECT_EQ(set.others[1], (LoadPoint{0.3, 0.6}));
  EXPECT_EQ(set.group, 7);
  EXPECT_TRUE(crossover_set({5, {10}, {40}}, 7).others.empty());
  EXPECT_TRUE(crossover_set({}, 7).others.empty());
}

}  // namespace
}  // namespace holdfast
