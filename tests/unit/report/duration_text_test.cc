// SPDX-License-Identifier: MIT
#include "report/duration_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(DurationText, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(duration_text(Nanos(0)), "0 ns");
  EXPECT_EQ(duration_text(Nanos(999)), "999 ns");
  EXPECT_EQ(duration_text(Nanos(1'500)), "1.50 us");
  EXPECT_EQ(duration_text(Nanos(340'000)), "340 us");
  EXPECT_EQ(duration_text(Nanos(2'670'000)), "2.67 ms");
  EXPECT_EQ(duration_text(Nanos(26'700'000)), "26.7 ms");
  EXPECT_EQ(duration_text(Nanos(1'500'000'000)), "1.50 s");
  EXPECT_EQ(duration_text(Nanos(61'000'000'000)), "61.0 s");
}

}  // namespace
}  // namespace holdfast
