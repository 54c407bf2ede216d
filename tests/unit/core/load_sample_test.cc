// SPDX-License-Identifier: MIT
#include "core/load_sample.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(LoadSample, EveryPhaseHasItsName) {
  EXPECT_EQ(name_of(LoadPhase::kSettling), "settling");
  EXPECT_EQ(name_of(LoadPhase::kHolding), "holding");
  EXPECT_EQ(name_of(LoadPhase::kUnreachable), "unreachable");
  EXPECT_EQ(name_of(LoadPhase::kPassing), "passing");
}

}  // namespace
}  // namespace holdfast
