// SPDX-License-Identifier: MIT
#include "core/limit_rules.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr std::string_view kRuleFile =
    "# comment memlock\n"
    "@audio   -  rtprio     95\n"
    "ann  hard\tmemlock  unlimited # mine\n"
    "@annsband soft rtprio 50\n"
    "*    soft  nofile 1024\n"
    "*    soft  core 0\n"
    "* hard memlock 8192\n"
    "broken line\n";

TEST(LimitRules, KeepsWhatMattersForAudioAndHidesWhoseItIs) {
  EXPECT_EQ(limit_rules(kRuleFile, false),
            "@audio - rtprio 95\n"
            "(somebody) hard memlock unlimited\n"
            "(somebody) soft rtprio 50\n"
            "* hard memlock 8192\n");
}

TEST(LimitRules, InFullTheyAreNamed) {
  EXPECT_EQ(limit_rules("ann - memlock 1\n@annsband - nice -10", true),
            "ann - memlock 1\n@annsband - nice -10\n");
}

TEST(LimitRules, FileWithoutRulesGivesNone) {
  EXPECT_EQ(limit_rules("", false), "");
  EXPECT_EQ(limit_rules("#\n\n   \n", false), "");
}

}  // namespace
}  // namespace holdfast
