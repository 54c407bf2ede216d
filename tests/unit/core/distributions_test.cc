// SPDX-License-Identifier: MIT
#include "core/distributions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace holdfast {
namespace {

// Values of R 4.2.2: qnorm, pt, qt, qgamma, qbeta.
TEST(Distributions, NormalQuantilesAreThoseOfR) {
  EXPECT_NEAR(normal_tail_quantile(0.025), 1.95996398454, 1e-11);
  EXPECT_NEAR(normal_tail_quantile(0.005), 2.57582930355, 1e-11);
  EXPECT_NEAR(normal_tail_quantile(1e-20), 9.26234008980, 1e-10);
  EXPECT_NEAR(normal_tail(1.95996398454), 0.025, 1e-12);
}

TEST(Distributions, StudentsQuantilesAreThoseOfR) {
  EXPECT_NEAR(student_tail_quantile(0.025, 1), 12.70620473617, 1e-9);
  EXPECT_NEAR(student_tail_quantile(0.025, 5), 2.57058183564, 1e-10);
  EXPECT_NEAR(student_tail_quantile(0.025, 18), 2.10092204024, 1e-10);
  EXPECT_NEAR(student_tail_quantile(1e-6, 10), 9.75199549091, 1e-8);
  EXPECT_NEAR(student_tail(2, 7), 0.04280966428149, 1e-13);
  EXPECT_NEAR(student_tail(5, 3), 0.00769621903665, 1e-13);
  EXPECT_NEAR(student_tail(-2, 7), 1 - 0.04280966428149, 1e-13);
}

TEST(Distributions, WithManyDegreesStudentIsNormal) {
  EXPECT_EQ(student_tail(1.5, kManyDegrees), normal_tail(1.5));
  EXPECT_EQ(student_tail_quantile(0.01, kManyDegrees), normal_tail_quantile(0.01));
}

TEST(Distributions, GammaQuantilesAreThoseOfR) {
  EXPECT_NEAR(gamma_quantile(3.5, 0.025), 0.844934590339, 1e-11);
  EXPECT_NEAR(gamma_quantile(0.4, 0.975), 2.224716149182, 1e-11);
  EXPECT_NEAR(gamma_tail_quantile(0.4, 0.025), 2.224716149182, 1e-11);
}

TEST(Distributions, BetaQuantilesAreThoseOfR) {
  EXPECT_NEAR(beta_quantile(2.5, 7, 0.025), 0.052422577666, 1e-11);
  EXPECT_NEAR(beta_quantile(0.3, 4, 0.5), 0.019778314565, 1e-11);
  EXPECT_NEAR(beta_tail_quantile(0.3, 4, 0.5), 0.019778314565, 1e-11);
}

TEST(Distributions, WhatIsOutOfRangeGivesTheLimit) {
  EXPECT_TRUE(std::isinf(normal_tail_quantile(0)));
  EXPECT_TRUE(std::isinf(student_tail_quantile(0, 3)));
  EXPECT_TRUE(std::isinf(student_tail_quantile(0.025, 0)));
  EXPECT_EQ(gamma_quantile(0, 0.5), 0);
  EXPECT_TRUE(std::isinf(gamma_tail_quantile(1, 0)));
  EXPECT_EQ(beta_quantile(0, 3, 0.5), 0);
  EXPECT_EQ(beta_tail_quantile(3, 0, 0.5), 1);
  EXPECT_EQ(beta_tail_quantile(3, 2, 0), 1);
  EXPECT_EQ(beta_probability(0, 3, 0.1), 1);
  EXPECT_EQ(beta_probability(3, 0, 0.9), 0);
}

}  // namespace
}  // namespace holdfast
