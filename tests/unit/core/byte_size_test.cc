// SPDX-License-Identifier: MIT
#include "core/byte_size.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(ByteSize, UnitsArePowersOf1024InAnyCase) {
  EXPECT_EQ(*parse_byte_size("4096"), 4096);
  EXPECT_EQ(*parse_byte_size("512k"), 512 * 1024);
  EXPECT_EQ(*parse_byte_size("64M"), 64 * 1024 * 1024);
  EXPECT_EQ(*parse_byte_size("64MiB"), 64 * 1024 * 1024);
  EXPECT_EQ(*parse_byte_size("1.5GB"), 3LL * 512 * 1024 * 1024);
  EXPECT_EQ(*parse_byte_size("2t"), 2LL << 40);
}

TEST(ByteSize, WhatIsNoSizeIsAUsageError) {
  for (const char* text : {"", "M", "-1M", "0", "1X", "1Mi", "1MM", "64M ", "nan", "inf", "9E",
                           "1e3", "99999999999T"}) {
    const auto size = parse_byte_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().kind, ErrorKind::kUsage);
  }
}

TEST(ByteSize, IsWrittenWithOneDigitAndItsUnit) {
  EXPECT_EQ(format_byte_size(512), "512 B");
  EXPECT_EQ(format_byte_size(8 * 1024 * 1024), "8.0 MiB");
  EXPECT_EQ(format_byte_size(3LL << 39), "1.5 TiB");
  EXPECT_EQ(format_byte_size(INT64_MAX), "8388608.0 TiB");
}

}  // namespace
}  // namespace holdfast
