// SPDX-License-Identifier: MIT
#include "core/dispersion.h"

#include <gtest/gtest.h>

#include <cmath>

namespace holdfast {
namespace {

ArmBlocks blocks(const std::vector<double>& counts, double time = 10) {
  ArmBlocks arm;
  for (const double events : counts) arm.push_back({events, time});
  return arm;
}

/// R 4.2.2: summary(glm(x ~ 1, family = quasipoisson))$dispersion. R comes to its weights by
/// iteration, to five digits here; by hand it is 116 / 4 / 7.
TEST(Dispersion, FactorIsThatOfRsQuasiPoisson) {
  const Dispersion dispersion = estimate_dispersion({blocks({4, 0, 7, 3, 12, 1, 0, 5})});
  EXPECT_NEAR(dispersion.factor, 4.14289048793, 1e-4);
  EXPECT_NEAR(dispersion.factor, 29.0 / 7, 1e-12);
  EXPECT_EQ(dispersion.degrees, 7);
}

/// R 4.2.2: glm(x ~ arm + offset(log(time)), family = quasipoisson).
TEST(Dispersion, ArmsAndTimesAreTakenIntoAccount) {
  ArmBlocks first = blocks({4, 0, 7, 3, 12, 1});
  ArmBlocks second = blocks({2, 0, 1, 0, 3, 1});
  first[3].time = 5;
  second[5].time = 5;
  const Dispersion dispersion = estimate_dispersion({first, second});
  EXPECT_NEAR(dispersion.factor, 2.50159449352, 1e-4);
  EXPECT_EQ(dispersion.degrees, 10);
}

TEST(Dispersion, FarSmootherThanChanceIsChance) {
  EXPECT_EQ(estimate_dispersion({blocks({5, 5, 5, 5})}).factor, 0.2);
  EXPECT_NEAR(estimate_dispersion({blocks({4, 5, 6})}).factor, 0.2, 1e-12);
  EXPECT_NEAR(estimate_dispersion({blocks({3, 5, 7})}).factor, 0.8, 1e-12);
}

TEST(Dispersion, AnArmWithoutEventsTellsNothing) {
  const ArmBlocks some = blocks({4, 0, 7, 3});
  const Dispersion alone = estimate_dispersion({some});
  const Dispersion beside = estimate_dispersion({some, blocks({0, 0, 0, 0})});
  EXPECT_EQ(alone.factor, beside.factor);
  EXPECT_EQ(alone.degrees, beside.degrees);
}

TEST(Dispersion, NoEventAtAllLeavesPoissonsLaw) {
  const Dispersion dispersion = estimate_dispersion({blocks({0, 0})});
  EXPECT_EQ(dispersion.factor, 1);
  EXPECT_TRUE(std::isinf(dispersion.degrees));
}

TEST(Dispersion, OneBlockPerArmSaysNothingOfItsScatter) {
  EXPECT_EQ(estimate_dispersion({blocks({40}), blocks({3})}).degrees, 0);
}

TEST(Dispersion, BlocksAddUp) {
  const EventCount sum = sum_of(blocks({1, 2, 3}));
  EXPECT_EQ(sum.events, 6);
  EXPECT_EQ(sum.time, 30);
}

}  // namespace
}  // namespace holdfast
