// SPDX-License-Identifier: MIT
#include "base/duration.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Duration, ReadsEveryUnit) {
  EXPECT_EQ(*parse_duration("10s"), kSecond * 10);
  EXPECT_EQ(*parse_duration("2.5s"), kMillisecond * 2500);
  EXPECT_EQ(*parse_duration("400ms"), kMillisecond * 400);
  EXPECT_EQ(*parse_duration("50us"), kMicrosecond * 50);
  EXPECT_EQ(*parse_duration("7ns"), Nanos(7));
  EXPECT_EQ(*parse_duration("10min"), kSecond * 600);
  EXPECT_EQ(*parse_duration("1h"), kSecond * 3600);
}

TEST(Duration, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "10", "s", "-1s", "1x", "1.2.3s", "1 s", "1e3s", "0x10s", ".5s",
                           "99999999999999999999s", "99999999h"}) {
    EXPECT_FALSE(parse_duration(text).ok()) << text;
  }
}

TEST(Duration, TextReadsBackAsTheSameDuration) {
  for (const int64_t ns :
       {0L, 1L, 999L, 1000L, 2'500'000'000L, 60'000'000'000L, 3'600'000'000'000L}) {
    EXPECT_EQ(*parse_duration(to_text(Nanos(ns))), Nanos(ns));
  }
}

}  // namespace
}  // namespace holdfast
