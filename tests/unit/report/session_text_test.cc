// SPDX-License-Identifier: MIT
#include "report/session_text.h"

#include <gtest/gtest.h>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(SessionText, SaysVerdictNumbersAndTheWorstGlitches) {
  const std::string text = session_paste_text(test::shown_facts(), {});
  EXPECT_TRUE(test::mentions(text, "1 of 1 glitch came from page faults")) << text;
  EXPECT_TRUE(test::mentions(text, "\nglitches\n")) << text;
  EXPECT_TRUE(test::mentions(text, "libfoo.so library text")) << text;
  EXPECT_TRUE(text.ends_with("\n"));
}

TEST(SessionText, NamesNobody) {
  SessionInfo info = test::shown_info();
  info.device = "virtual:content=/home/annabel/songs/take.wav";
  info.machine = "studio7, 2 processors";
  const SessionFacts facts =
      test::facts_of(info, test::shown_run("/home/carl/lib/libfoo.so", "carl"));
  const std::vector<std::string> names = {"studio7"};
  const std::string text = session_paste_text(facts, names);
  for (const char* name : {"annabel", "songs", "carl", "studio7", "/home/"}) {
    EXPECT_FALSE(test::mentions(text, name)) << name << "\n" << text;
  }
  EXPECT_TRUE(test::mentions(text, "take.wav")) << text;
}

}  // namespace
}  // namespace holdfast
