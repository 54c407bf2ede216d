// SPDX-License-Identifier: MIT
#include "core/block_permutation.h"

#include <gtest/gtest.h>

#include "tests/support/simulated_blocks.h"

namespace holdfast {
namespace {

/// Rounds whose differences of rates are these.
std::vector<BlockPair> rounds(const std::vector<double>& differences) {
  std::vector<BlockPair> pairs;
  for (const double difference : differences) {
    pairs.push_back({{100 + difference, 1}, {100, 1}});
  }
  return pairs;
}

/// Charles Darwin's maize, the example of Fisher's section 21: of 32768 exchanges of the 15 pairs,
/// 1726 give a sum as far from 0 as 314, eighths of an inch: 5.267 %.
TEST(BlockPermutation, DarwinsPlantsGiveFishersAnswer) {
  const double p =
      permutation_p_value(rounds({49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48}), 1);
  EXPECT_NEAR(p, 1726.0 / 32768, 0.008);  // drawn, since there are more than 12 rounds
}

TEST(BlockPermutation, FewRoundsAreCountedOut) {
  // All of one sign: only this exchange and its mirror are as far.
  EXPECT_EQ(permutation_p_value(rounds({3, 1, 4, 1, 5}), 1), 2.0 / 32);
  // Sums of +-1 +-2 +-4: as far as 5 lie 7, 5 and their mirrors.
  EXPECT_EQ(permutation_p_value(rounds({-1, 2, 4}), 1), 4.0 / 8);
}

TEST(BlockPermutation, RatesCountNotNumbers) {
  EXPECT_EQ(permutation_p_value({{{10, 2}, {5, 1}}, {{20, 4}, {10, 2}}}, 1), 1);
}

TEST(BlockPermutation, WithoutRoundsThereIsNoDifference) {
  EXPECT_EQ(permutation_p_value({}, 1), 1);
}

TEST(BlockPermutation, ManyRoundsNeverGiveZero) {
  const double p = permutation_p_value(rounds(std::vector<double>(40, 7)), 1);
  EXPECT_EQ(p, 1.0 / 4096);
  EXPECT_EQ(p, permutation_p_value(rounds(std::vector<double>(40, 7)), 1));
}

TEST(BlockPermutation, BurstsDoNotMakeItWrongMoreOftenThanItSays) {
  constexpr int kExperiments = 1000;
  std::mt19937_64 random(11);
  int different = 0;
  for (int i = 0; i < kExperiments; ++i) {
    std::vector<BlockPair> pairs;
    for (int round = 0; round < 10; ++round) {
      const double hardness = std::exponential_distribution<double>(1)(random);  // of this round
      const test::TrueRate truth{20 * hardness + 0.1, 5};
      pairs.push_back({{test::simulated_glitches(truth, 0.25, random), 0.25},
                       {test::simulated_glitches(truth, 0.25, random), 0.25}});
    }
    different += permutation_p_value(pairs, 1) <= 0.05;
  }
  EXPECT_LE(different, kExperiments * 6 / 100);
}

}  // namespace
}  // namespace holdfast
