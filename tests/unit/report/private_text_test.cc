// SPDX-License-Identifier: MIT
#include "report/private_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

std::string clean(std::string_view text, std::vector<std::string> names = {}) {
  return without_private(text, names);
}

TEST(PrivateText, FoldersOfAHomeAreLeftOut) {
  EXPECT_EQ(clean("content=/home/ann/secret songs/take 1.wav, ring=4"),
            "content=.../take 1.wav, ring=4");
  EXPECT_EQ(clean("/Users/bob/x and\n/root/y"), ".../x and\n.../y");
  EXPECT_EQ(clean("/usr/lib/libm.so.6"), "/usr/lib/libm.so.6");
}

TEST(PrivateText, OwnerOfAHomeIsNamedNowhere) {
  EXPECT_EQ(clean("/home/anna/x; thread anna-synth, Anna"), ".../x; thread anna-synth, (name)");
}

TEST(PrivateText, NamesThatAreGivenAreReplaced) {
  EXPECT_EQ(clean("on studio7 at noon", {"studio7"}), "on (name) at noon");
}

TEST(PrivateText, HomeWithoutAnythingInItIsNoTrouble) {
  EXPECT_EQ(clean("/home/"), ".../");
  EXPECT_EQ(clean("see /home/ann"), "see .../(name)");
}

}  // namespace
}  // namespace holdfast
