// SPDX-License-Identifier: MIT
#include "core/symbol_name.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(SymbolName, ParametersAreLeftOut) {
  EXPECT_EQ(without_parameters("Biquad::process(float*, unsigned long)"), "Biquad::process");
  EXPECT_EQ(without_parameters("Biquad::process(float*) const"), "Biquad::process");
  EXPECT_EQ(without_parameters("Biquad::process(float*) const &"), "Biquad::process");
  EXPECT_EQ(without_parameters("process(void (*)(int), int) [clone .cold]"), "process");
  EXPECT_EQ(without_parameters("process(int) [clone .part.0] [clone .cold]"), "process");
}

TEST(SymbolName, ParenthesesInsideOfANameStay) {
  EXPECT_EQ(without_parameters("Biquad::operator()(int)"), "Biquad::operator()");
  EXPECT_EQ(without_parameters("(anonymous namespace)::run(int)"), "(anonymous namespace)::run");
  EXPECT_EQ(without_parameters("run(int)::{lambda()#1}::operator()() const"),
            "run(int)::{lambda()#1}::operator()");
}

TEST(SymbolName, WhatIsNoFunctionStaysAsItIs) {
  for (const char* name : {"Biquad::table", "vtable for Biquad", "guard variable for run()::once",
                           "table [clone .lto_priv.0]", "", ")", "(int)"}) {
    EXPECT_EQ(without_parameters(name), name);
  }
}

TEST(SymbolName, FitsIntoALine) {
  EXPECT_EQ(in_one_line("a\nb\tc\x7f"), "a?b?c?");
  EXPECT_EQ(in_one_line("Biquad::process"), "Biquad::process");
  EXPECT_EQ(in_one_line(std::string(5000, 'x')), std::string(300, 'x') + "...");
}

TEST(SymbolName, ALongNameIsNotCutInsideACharacter) {
  EXPECT_EQ(in_one_line(std::string(299, 'x') + "\u00e4" + "yy"), std::string(299, 'x') + "...");
}

}  // namespace
}  // namespace holdfast
