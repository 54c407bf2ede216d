// SPDX-License-Identifier: MIT
#include "report/number_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace holdfast {
namespace {

TEST(NumberText, ThreeDigitsCount) {
  EXPECT_EQ(number_text(0.0234), "0.023");
  EXPECT_EQ(number_text(1.4), "1.40");
  EXPECT_EQ(number_text(210.4), "210");
  EXPECT_EQ(number_text(0), "0");
}

TEST(NumberText, WhatCannotBeKnownIsSaid) {
  EXPECT_EQ(number_text(std::nan("")), "?");
  EXPECT_EQ(range_text({0.5, INFINITY}), "0.50 to any");
}

}  // namespace
}  // namespace holdfast
