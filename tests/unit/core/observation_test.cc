// SPDX-License-Identifier: MIT
#include "core/observation.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Observation, EveryLevelHasANameThatReadsBack) {
  for (int i = 0; i <= static_cast<int>(Observation::kAllEvents); i++) {
    const auto level = static_cast<Observation>(i);
    EXPECT_EQ(parse_observation(name_of(level)), level);
    EXPECT_FALSE(statement_of(level).empty());
  }
}

TEST(Observation, OtherWordsAreNoLevel) {
  EXPECT_FALSE(parse_observation("everything"));
  EXPECT_FALSE(parse_observation(""));
}

}  // namespace
}  // namespace holdfast
