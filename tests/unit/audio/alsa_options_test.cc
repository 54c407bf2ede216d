// SPDX-License-Identifier: MIT
#include "audio/alsa_options.h"

#include <gtest/gtest.h>

namespace holdfast::audio {
namespace {

TEST(AlsaOptions, NothingMeansTheFirstCardMappedWithFourBlocks) {
  const Result<AlsaOptions> options = parse_alsa_options("");
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(*options, AlsaOptions());
  EXPECT_EQ(to_text(*options), "alsa:access=mmap,ring=4");
}

TEST(AlsaOptions, NameOfThePcmMayHaveCommasAndEqualSigns) {
  const Result<AlsaOptions> options = parse_alsa_options(":plughw:CARD=PCH,DEV=0");
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->pcm, "plughw:CARD=PCH,DEV=0");
}

TEST(AlsaOptions, OursAreTheLastWordsInAnyOrder) {
  const AlsaOptions expected{"hw:0,0", AlsaAccess::kReadWrite, 8};
  for (const char* text : {":hw:0,0,access=rw,ring=8", ":hw:0,0,ring=8,access=rw"}) {
    const Result<AlsaOptions> options = parse_alsa_options(text);
    ASSERT_TRUE(options.ok()) << text;
    EXPECT_EQ(*options, expected) << text;
  }
}

TEST(AlsaOptions, NeedNoPcm) {
  const Result<AlsaOptions> options = parse_alsa_options(":access=rw");
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->pcm, "");
  EXPECT_EQ(options->access, AlsaAccess::kReadWrite);
}

TEST(AlsaOptions, ReadBackWhatIsWritten) {
  for (const char* text : {":hw:1", ":access=rw,ring=2", ":a,b,c,ring=1024", ":x:{ a b }"}) {
    const Result<AlsaOptions> options = parse_alsa_options(text);
    ASSERT_TRUE(options.ok()) << text;
    const Result<AlsaOptions> again = parse_alsa_options(to_text(*options).substr(4));
    ASSERT_TRUE(again.ok()) << text;
    EXPECT_EQ(*again, *options) << text;
  }
}

TEST(AlsaOptions, RefuseWhatMakesNoSenseAndNameIt) {
  for (const char* text : {"hw:0", ":hw:0,access=dma", ":hw:0,ring=1", ":hw:0,ring=1025",
                           ":hw:0,ring=", ":hw:0,ring=4x", ":access="}) {
    const Result<AlsaOptions> options = parse_alsa_options(text);
    ASSERT_FALSE(options.ok()) << text;
    EXPECT_EQ(options.error().kind, ErrorKind::kUsage) << text;
    EXPECT_NE(options.error().what.find("is not understood"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace holdfast::audio
