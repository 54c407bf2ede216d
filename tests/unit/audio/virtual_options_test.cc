// SPDX-License-Identifier: MIT
#include "audio/virtual_options.h"

#include <gtest/gtest.h>

namespace holdfast::audio {
namespace {

TEST(VirtualOptions, NothingMeansDefaults) {
  EXPECT_EQ(*parse_virtual_options(""), VirtualOptions{});
}

TEST(VirtualOptions, ReadsEveryOption) {
  const auto options = parse_virtual_options(
      ":policy=catchup,ring=16,clock=fake,content=tone,ppm=-12.5,jitter=50us,counter=32,start=99");
  ASSERT_TRUE(options.ok()) << options.error().what;
  EXPECT_EQ(options->policy, VirtualPolicy::kCatchup);
  EXPECT_EQ(options->ring_blocks, 16);
  EXPECT_TRUE(options->is_clock_fake);
  EXPECT_EQ(options->content, VirtualContent::kTone);
  EXPECT_EQ(options->drift_ppm, -12.5);
  EXPECT_EQ(options->jitter, kMicrosecond * 50);
  EXPECT_TRUE(options->is_counter_32_bit);
  EXPECT_EQ(options->start, Frames(99));
}

TEST(VirtualOptions, ScriptedFaultsComeInOrderOfTime) {
  const auto options = parse_virtual_options(
      ":lose=5000@2.5s,lose=187@1s,stall=10ms@3s,restart@4s,twin@5s,silent@6s,torn@7s,gone@8s");
  ASSERT_TRUE(options.ok()) << options.error().what;
  ASSERT_EQ(options->faults.size(), 8U);
  EXPECT_EQ(options->faults[0].frames, Frames(187));
  EXPECT_EQ(options->faults[1].at, kMillisecond * 2500);
  EXPECT_EQ(options->faults[2].duration, kMillisecond * 10);
  EXPECT_EQ(options->faults[7].kind, FaultKind::kGone);
}

TEST(VirtualOptions, TextReadsBackAsTheSameOptions) {
  const auto options = parse_virtual_options(
      ":policy=catchup,ring=3,clock=fake,content=silence,ppm=0.25,jitter=7ns,counter=32,start=5,"
      "lose=1@1ms,stall=2s@3s,restart@4s,twin@5s,silent@6s,torn@7s,gone@8h");
  ASSERT_TRUE(options.ok()) << options.error().what;
  const std::string text = to_text(*options);
  ASSERT_TRUE(text.starts_with("virtual:"));
  const auto back = parse_virtual_options(std::string_view(text).substr(7));
  ASSERT_TRUE(back.ok()) << back.error().what;
  EXPECT_EQ(*back, *options);
}

TEST(VirtualOptions, NamesTheWordThatIsNotUnderstood) {
  for (const char* text :
       {"x",           ":x",          ":x=1",           ":policy=jump", ":ring=0",     ":ring=x",
        ":ring=65537", ":clock=slow", ":content=noise", ":ppm=x",       ":ppm=1e9",    ":jitter=5",
        ":counter=16", ":start=-1",   ":lose@1s",       ":lose=0@1s",   ":lose=-5@1s", ":lose=5@",
        ":lose=5@x",   ":stall=1@1s", ":gone=1@1s",     ":boom@1s",     ":,",          ":policy"}) {
    const auto options = parse_virtual_options(text);
    ASSERT_FALSE(options.ok()) << text;
    EXPECT_EQ(options.error().kind, ErrorKind::kUsage) << text;
  }
}

}  // namespace
}  // namespace holdfast::audio
