// SPDX-License-Identifier: MIT
#include "core/utc_moment.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

/// `date -ud '2024-02-13 16:26:25' +%s`
constexpr int64_t kGlitchSecond = 1'707'841'585;

Nanos moment(std::string_view text) {
  const auto utc = parse_utc(text);
  EXPECT_TRUE(utc) << text;
  return utc ? *utc : Nanos(-1);
}

TEST(UtcMoment, ReadsWhatGlitchLinesPrint) {
  EXPECT_EQ(moment("2024-02-13 16:26:25.258015 UTC"),
            kSecond * kGlitchSecond + kMicrosecond * 258'015);
  EXPECT_EQ(moment("2024-02-13T16:26:25.258015Z"),
            kSecond * kGlitchSecond + kMicrosecond * 258'015);
  EXPECT_EQ(moment("2024-02-13 16:26:25"), kSecond * kGlitchSecond);
  EXPECT_EQ(moment("2024-02-13 16:26:25.5"), kSecond * kGlitchSecond + kMillisecond * 500);
  EXPECT_EQ(moment("1970-01-01 00:00:00"), Nanos(0));
}

TEST(UtcMoment, RefusesEverythingElse) {
  for (const char* const text :
       {"", "now", "16:26:25", "2024-02-13", "2024-02-13 16:26", "2024-02-30 16:26:25",
        "2024-13-13 16:26:25", "2024-02-13 24:26:25", "2024-02-13 16:26:25.",
        "2024-02-13 16:26:25 CET", "2024-02-13 16:26:25.1234567890", "2024-02-13 16:26:25+01:00",
        "-024-02-13 16:26:25", "1969-12-31 23:59:59", "9999-01-01 00:00:00",
        "2024-02-13_16:26:25"}) {
    EXPECT_FALSE(parse_utc(text)) << text;
  }
}

}  // namespace
}  // namespace holdfast
