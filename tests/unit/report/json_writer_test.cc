// SPDX-License-Identifier: MIT
// What leaves JsonWriter must be read by every JSON parser, whatever bytes went in.
#include "report/json_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace holdfast {
namespace {

std::string text_of(std::string_view content) {
  JsonWriter json;
  json.value(content);
  return json.text();
}

template <class Number>
std::string number_of(Number content) {
  JsonWriter json;
  json.value(content);
  return json.text();
}

TEST(JsonWriter, WritesNestedObjectsAndArraysWithTheRightCommas) {
  JsonWriter json;
  json.begin_object();
  json.field("schema", "holdfast.glitch/1");
  json.field("index", 3);
  json.begin_array("budget");
  json.begin_object();
  json.field("ns", int64_t{710'000});
  json.end_object();
  json.begin_object();
  json.end_object();
  json.value("rest");
  json.end_array();
  json.begin_object("causes");
  json.field("exact", true);
  json.null_field("memory");
  json.end_object();
  json.end_object();
  EXPECT_EQ(json.text(),
            R"({"schema":"holdfast.glitch/1","index":3,"budget":[{"ns":710000},{},"rest"],)"
            R"("causes":{"exact":true,"memory":null}})");
}

TEST(JsonWriter, CommaDoesNotDependOnWhatAStringEndsWith) {
  JsonWriter json;
  json.begin_array();
  json.value("ends in {");
  json.value(":");
  json.value("");
  json.begin_array();
  json.end_array();
  json.end_array();
  EXPECT_EQ(json.text(), R"(["ends in {",":","",[]])");
}

TEST(JsonWriter, EscapesQuotesBackslashesAndControlCharacters) {
  EXPECT_EQ(text_of("a\"b\\c\n\r\t\x01\x1f"), R"("a\"b\\c\n\r\t\u0001\u001f")");
  EXPECT_EQ(text_of(std::string_view("a\0b", 3)), R"("a\u0000b")");
}

TEST(JsonWriter, PassesValidUtf8Through) {
  EXPECT_EQ(text_of("\u00e9 \u20ac \U0001F39B \uD7FF \uE000"),
            "\"\u00e9 \u20ac \U0001F39B \uD7FF \uE000\"");
}

TEST(JsonWriter, ReplacesEachInvalidByte) {
  EXPECT_EQ(text_of("\xff"), "\"\uFFFD\"");
  EXPECT_EQ(text_of("a\xe2\x82"), "\"a\uFFFD\uFFFD\"");                      // cut short
  EXPECT_EQ(text_of("\xc0\xaf"), "\"\uFFFD\uFFFD\"");                        // overlong
  EXPECT_EQ(text_of("\xe0\x80\x80"), "\"\uFFFD\uFFFD\uFFFD\"");              // overlong
  EXPECT_EQ(text_of("\xed\xa0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");              // surrogate
  EXPECT_EQ(text_of("\xf4\x90\x80\x80z"), "\"\uFFFD\uFFFD\uFFFD\uFFFDz\"");  // above U+10FFFF
  EXPECT_EQ(text_of("\x80z"), "\"\uFFFDz\"");
}

TEST(JsonWriter, KeepsEveryDigitOfIntegers) {
  EXPECT_EQ(number_of(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(number_of(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(number_of(uint8_t{200}), "200");
}

TEST(JsonWriter, WritesDoublesShortAndNeverAsNaN) {
  EXPECT_EQ(number_of(0.1), "0.1");
  EXPECT_EQ(number_of(1e300), "1e+300");
  EXPECT_EQ(number_of(-2.0), "-2");
  EXPECT_EQ(number_of(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(number_of(std::numeric_limits<double>::infinity()), "null");
}

TEST(JsonWriter, BoolIsNotANumber) {
  EXPECT_EQ(number_of(false), "false");
  EXPECT_EQ(number_of(true), "true");
}

}  // namespace
}  // namespace holdfast
