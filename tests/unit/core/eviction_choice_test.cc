// SPDX-License-Identifier: MIT
#include "core/eviction_choice.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr size_t kPageBytes = 4096;

Mapping mapping(uintptr_t begin, uintptr_t end, const char* path) {
  Mapping made;
  made.begin = begin;
  made.end = end;
  made.path = path;
  made.inode = path[0] == '/' ? 7 : 0;
  return made;
}

std::vector<Region> some_regions() {
  return {
      {RegionKind::kStack, "stack of audio", {mapping(0x90000, 0x98000, "")}, true},
      {RegionKind::kProgramText, "program text", {mapping(0x10000, 0x14000, "/opt/synth")}, true},
      {RegionKind::kProgramConstants,
       "program constants",
       {mapping(0x14000, 0x15000, "/opt/synth")},
       true},
      {RegionKind::kProgramData, "program data", {mapping(0x15000, 0x16000, "/opt/synth")}, true},
      {RegionKind::kProgramBss, "program bss", {mapping(0x16000, 0x18000, "")}, true},
      {RegionKind::kHeap, "heap", {mapping(0x20000, 0x24000, "[heap]")}, true},
      {RegionKind::kLibraryText,
       "libm.so.6 text",
       {mapping(0x30000, 0x34000, "/usr/lib/libm.so.6")},
       true},
      {RegionKind::kLibraryData,
       "libm.so.6 data",
       {mapping(0x34000, 0x35000, "/usr/lib/libm.so.6")},
       true},
  };
}

Result<std::vector<Region>> choose(const std::vector<std::string>& words,
                                   const std::string& file = "") {
  HF_TRY_ASSIGN(const EvictionWish wish, parse_eviction_wish(words, file));
  return choose_evicted(some_regions(), wish, kPageBytes);
}

std::string names(const Result<std::vector<Region>>& regions) {
  if (!regions) return "error: " + regions.error().what;
  std::string text;
  for (const Region& region : *regions) text += region.name + ";";
  return text;
}

TEST(EvictionChoice, KindsAreThoseOfTheProgram) {
  EXPECT_EQ(names(choose({"stack"})), "stack of audio;");
  EXPECT_EQ(names(choose({"text"})), "program text;program constants;");
  EXPECT_EQ(names(choose({"data"})), "program data;program bss;");
  EXPECT_EQ(names(choose({"heap", "stack"})), "stack of audio;heap;");
}

TEST(EvictionChoice, AllIsEverythingThatIsMapped) {
  EXPECT_EQ(choose({"all"})->size(), some_regions().size());
}

TEST(EvictionChoice, AFileTakesThePlaceOfTheProgram) {
  EXPECT_EQ(names(choose({"text"}, "libm.so.6")), "libm.so.6 text;");
  EXPECT_EQ(names(choose({"all"}, "/usr/lib/libm.so.6")), "libm.so.6 text;libm.so.6 data;");
  EXPECT_EQ(names(choose({"data"}, "synth")), "program data;program bss;");
}

TEST(EvictionChoice, AnUnknownFileIsAnsweredWithTheNearest) {
  const auto chosen = choose({"text"}, "libn.so");
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().kind, ErrorKind::kUsage);
  EXPECT_NE(chosen.error().what.find("nearest: libm.so.6"), std::string::npos) << names(chosen);
}

TEST(EvictionChoice, AnAddressIsWidenedToItsPage) {
  const auto chosen = choose({"10fff"});
  ASSERT_TRUE(chosen) << names(chosen);
  EXPECT_EQ(chosen->at(0).parts.at(0).begin, 0x10000U);
  EXPECT_EQ(chosen->at(0).parts.at(0).end, 0x11000U);
  EXPECT_EQ(chosen->at(0).parts.at(0).offset_bytes, 0U);
}

TEST(EvictionChoice, ARangeMayCoverSeveralRegions) {
  const auto chosen = choose({"0x13000,12K"});
  EXPECT_EQ(names(chosen), "program text;program constants;program data;");
  EXPECT_EQ(chosen->at(0).parts.at(0).offset_bytes, 0x3000U);
}

TEST(EvictionChoice, AnAddressThatIsNotMappedNamesWhatLiesBelow) {
  const auto chosen = choose({"24000"});
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().what,
            "nothing that can leave memory is mapped at 0x24000; below it: heap from 0x20000");
}

TEST(EvictionChoice, AHoleInARangeIsNamed) {
  const auto chosen = choose({"17000,64K"});
  ASSERT_FALSE(chosen);
  EXPECT_NE(chosen.error().what.find("mapped at 0x18000"), std::string::npos) << names(chosen);
}

TEST(EvictionChoice, NonsenseIsRefused) {
  for (const char* word : {"", "stak", "zzz", "1000,", "1000,0", "ffffffffffffffff,8K"}) {
    const auto wish = parse_eviction_wish({word}, "");
    ASSERT_FALSE(wish) << word;
    EXPECT_EQ(wish.error().kind, ErrorKind::kUsage) << word;
  }
}

TEST(EvictionChoice, AFileGoesWithTextAndDataOnly) {
  EXPECT_FALSE(parse_eviction_wish({"stack"}, "libm.so.6"));
  EXPECT_FALSE(parse_eviction_wish({"text", "heap"}, "libm.so.6"));
  EXPECT_FALSE(parse_eviction_wish({"1000"}, "libm.so.6"));
  EXPECT_TRUE(parse_eviction_wish({"text", "data"}, "libm.so.6"));
}

TEST(EvictionChoice, AnUnknownStackIsSaid) {
  std::vector<Region> regions = some_regions();
  regions.erase(regions.begin());
  EvictionWish wish;
  wish.has_stack = true;
  const auto chosen = choose_evicted(regions, wish, kPageBytes);
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace holdfast
