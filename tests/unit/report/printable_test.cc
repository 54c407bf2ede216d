// SPDX-License-Identifier: MIT
#include "report/printable.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Printable, OrdinaryTextStaysAsItIs) {
  EXPECT_EQ(printable("late by 48 us\tM\xc3\xbcller \xe2\x82\xac\n"),
            "late by 48 us\tM\xc3\xbcller \xe2\x82\xac\n");
}

TEST(Printable, EscapeSequencesLoseTheirPower) {
  EXPECT_EQ(printable("\033[2J\033]0;evil\a"), "?[2J?]0;evil?");
  EXPECT_EQ(printable("a\rb\bc\x7f"), "a?b?c?");
}

TEST(Printable, ZeroBytesDoNotEndTheText) {
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
}

TEST(Printable, C1ControlsInUtf8AreControls) {
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31m"),
            "a?31m");
  EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
  EXPECT_EQ(printable("\xc2"), "\xc2");
}

}  // namespace
}  // namespace holdfast
