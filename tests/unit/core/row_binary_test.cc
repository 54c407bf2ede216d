// SPDX-License-Identifier: MIT
#include "core/row_binary.h"

#include <gtest/gtest.h>

#include <limits>

namespace holdfast {
namespace {

TEST(RowBinary, NumbersAreLittleEndianInTheWidthOfTheirColumn) {
  RowBinaryWriter rows;
  rows.number(uint8_t{1}).number(uint16_t{0x0203}).number(int32_t{-2}).number(uint64_t{7});
  EXPECT_EQ(rows.bytes(), std::string("\x01\x03\x02\xfe\xff\xff\xff\x07\0\0\0\0\0\0\0", 15));
}

TEST(RowBinary, TextHasItsLengthInSevenBitsPerByte) {
  RowBinaryWriter rows;
  rows.text("ab").text(std::string(300, 'x')).length(0);
  EXPECT_EQ(rows.bytes(),
            "\x02"
            "ab\xac\x02" +
                std::string(300, 'x') + std::string(1, '\0'));
}

TEST(RowBinary, WhatWasWrittenReadsBack) {
  RowBinaryWriter rows;
  const std::string any("'\\\0\n\t\xff", 6);
  rows.number(std::numeric_limits<int64_t>::min()).text(any).number(int64_t{-1}).text("");
  RowBinaryReader reader(rows.bytes());
  EXPECT_EQ(reader.number(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(reader.text(), any);
  EXPECT_EQ(reader.number(), -1);
  EXPECT_TRUE(reader.has_more());
  EXPECT_EQ(reader.text(), "");
  EXPECT_FALSE(reader.has_more());
  EXPECT_TRUE(reader.is_whole());
}

TEST(RowBinary, EveryCutIsNoticed) {
  RowBinaryWriter rows;
  rows.number(int64_t{5}).text("some text");
  for (size_t size = 0; size < rows.bytes().size(); size++) {
    RowBinaryReader reader(std::string_view(rows.bytes()).substr(0, size));
    reader.number();
    EXPECT_EQ(reader.text(), "");
    EXPECT_FALSE(reader.is_whole()) << size;
    EXPECT_FALSE(reader.has_more()) << size;
  }
}

TEST(RowBinary, LengthWithoutEndIsNoLength) {
  RowBinaryReader reader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  EXPECT_EQ(reader.text(), "");
  EXPECT_FALSE(reader.is_whole());
}

}  // namespace
}  // namespace holdfast
