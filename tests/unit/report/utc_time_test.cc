// SPDX-License-Identifier: MIT
// Known moments; the first two are the glitches of the report this project began with.
#include "report/utc_time.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(UtcTime, PrintsTheMomentsOfTheSeed) {
  EXPECT_EQ(utc_text(Nanos(1'707'841'585'258'015'000)), "2024-02-13 16:26:25.258015 UTC");
  EXPECT_EQ(utc_text(Nanos(1'707'841'686'251'500'000)), "2024-02-13 16:28:06.251500 UTC");
}

TEST(UtcTime, HasAnIsoFormForMachines) {
  EXPECT_EQ(utc_iso_text(Nanos(1'707'841'585'258'015'000)), "2024-02-13T16:26:25.258015Z");
}

TEST(UtcTime, HasAShortFormWithoutTheDay) {
  EXPECT_EQ(utc_clock_text(Nanos(1'707'841'585'258'015'000)), "16:26:25.258015 UTC");
}

TEST(UtcTime, StartsAtTheEpoch) {
  EXPECT_EQ(utc_text(Nanos(0)), "1970-01-01 00:00:00.000000 UTC");
}

TEST(UtcTime, KnowsLeapDays) {
  EXPECT_EQ(utc_text(Nanos(951'782'400'000'000'000)), "2000-02-29 00:00:00.000000 UTC");
  EXPECT_EQ(utc_text(Nanos(1'709'251'199'999'999'999)), "2024-02-29 23:59:59.999999 UTC");
  EXPECT_EQ(utc_text(Nanos(1'709'251'200'000'000'000)), "2024-03-01 00:00:00.000000 UTC");
}

TEST(UtcTime, RoundsDownBeforeTheEpochToo) {
  EXPECT_EQ(utc_text(Nanos(-1)), "1969-12-31 23:59:59.999999 UTC");
}

}  // namespace
}  // namespace holdfast
