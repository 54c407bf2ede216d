// SPDX-License-Identifier: MIT
#include "core/kernel_text.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace holdfast {
namespace {

TEST(KernelText, NumberTakesAllOfTheTextOrNothing) {
  EXPECT_EQ(parse_number<int>("-12"), -12);
  EXPECT_EQ(parse_number<uint64_t>("ffffffffffffffff", 16), UINT64_MAX);
  EXPECT_EQ(parse_number<uint64_t>("0x1f", 16), 0x1fU);
  EXPECT_EQ(parse_number<int>(""), std::nullopt);
  EXPECT_EQ(parse_number<int>("12 "), std::nullopt);
  EXPECT_EQ(parse_number<int>("99999999999"), std::nullopt);
  EXPECT_EQ(parse_number<unsigned>("-1"), std::nullopt);
}

TEST(KernelText, FieldsStandBetweenAnyNumberOfBlanks) {
  TextReader reader("  one \t two  the rest ");
  EXPECT_EQ(reader.take_field(), "one");
  EXPECT_EQ(reader.take_field(), "two");
  EXPECT_EQ(reader.take_rest(), "the rest ");
}

TEST(KernelText, FieldAfterTheLastIsEmpty) {
  TextReader reader("one  ");
  EXPECT_EQ(reader.take_field(), "one");
  EXPECT_EQ(reader.take_field(), "");
  EXPECT_TRUE(reader.is_at_end());
}

TEST(KernelText, LinesEndWithOrWithoutALineBreak) {
  TextReader reader("a\n\nb");
  EXPECT_EQ(reader.take_line(), "a");
  EXPECT_EQ(reader.take_line(), "");
  EXPECT_FALSE(reader.is_at_end());
  EXPECT_EQ(reader.take_line(), "b");
  EXPECT_TRUE(reader.is_at_end());
}

}  // namespace
}  // namespace holdfast
