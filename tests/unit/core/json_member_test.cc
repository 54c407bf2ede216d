// SPDX-License-Identifier: MIT
#include "core/json_member.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr const char* kObject =
    R"({"schema":"a/1","count":-12,"share":0.25,"none":null,"text":"a \"b\" \\","list":["x","y z"],"empty":[]})";

TEST(JsonMember, NumbersAndTextsAreFoundByName) {
  EXPECT_EQ(integer_member(kObject, "count"), -12);
  EXPECT_EQ(number_member(kObject, "share"), 0.25);
  EXPECT_EQ(number_member(kObject, "count"), -12);
  EXPECT_EQ(text_member(kObject, "text"), "a \"b\" \\");
  EXPECT_EQ(texts_member(kObject, "list"), (std::vector<std::string>{"x", "y z"}));
}

TEST(JsonMember, WhatIsAbsentNullOrOfAnotherKindIsNothing) {
  EXPECT_FALSE(integer_member(kObject, "absent").has_value());
  EXPECT_FALSE(integer_member(kObject, "none").has_value());
  EXPECT_FALSE(integer_member(kObject, "text").has_value());
  EXPECT_FALSE(number_member(kObject, "none").has_value());
  EXPECT_FALSE(text_member(kObject, "count").has_value());
  EXPECT_TRUE(texts_member(kObject, "empty").empty());
  EXPECT_TRUE(texts_member(kObject, "text").empty());
  EXPECT_FALSE(number_member(R"({"share":inf})", "share").has_value());
}

TEST(JsonMember, WhatIsCutOffIsNothing) {
  EXPECT_FALSE(text_member(R"({"text":"a b)", "text").has_value());
  EXPECT_FALSE(text_member(R"({"text":)", "text").has_value());
  EXPECT_FALSE(integer_member(R"({"count":)", "count").has_value());
  EXPECT_EQ(texts_member(R"({"list":["x","y)", "list"), std::vector<std::string>{"x"});
}

}  // namespace
}  // namespace holdfast
