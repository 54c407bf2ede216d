// SPDX-License-Identifier: MIT
#include "core/regions.h"

#include <gtest/gtest.h>

#include "core/residency.h"
#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

constexpr const char* kProgram = "/usr/bin/audio-editor";

std::vector<Mapping> recorded_mappings() {
  auto mappings = parse_proc_maps(test::proc_fixture("maps"));
  EXPECT_TRUE(mappings);
  return mappings ? *mappings : std::vector<Mapping>();
}

std::vector<Region> recorded_regions() {
  ThreadPlace audio;
  audio.name = "audio";
  audio.stack_pointer = 0x7f7194491b80;
  return classify_regions(recorded_mappings(), kProgram, audio);
}

const Region& region_named(const std::vector<Region>& regions, const std::string& name) {
  static const Region none;
  for (const Region& region : regions) {
    if (region.name == name) return region;
  }
  ADD_FAILURE() << "no region " << name;
  return none;
}

TEST(Regions, NamesEverythingAnAudioThreadTouches) {
  std::vector<std::string> names;
  for (const Region& region : recorded_regions()) names.push_back(region.name);
  const std::vector<std::string> expected = {
      "stack of audio",      "program text",          "program constants",
      "program data",        "program bss",           "heap",
      "libc.so.6 text",      "libm.so.6 text",        "ld-linux-x86-64.so.2 text",
      "libc.so.6 constants", "libm.so.6 constants",   "ld-linux-x86-64.so.2 constants",
      "libc.so.6 data",      "libm.so.6 data",        "ld-linux-x86-64.so.2 data",
      "shared memory zero",  "other anonymous memory"};
  EXPECT_EQ(names, expected);
}

TEST(Regions, EveryAccessiblePageIsInExactlyOneRegion) {
  size_t mapped = 0;
  for (const Mapping& mapping : recorded_mappings()) {
    const bool is_counted = !mapping.is_inaccessible() && backing_of(mapping) != Backing::kKernel;
    if (is_counted) mapped += mapping.size_bytes();
  }
  size_t named = 0;
  for (const Region& region : recorded_regions()) named += region.size_bytes();
  EXPECT_EQ(named, mapped);
}

TEST(Regions, BssIsTheAnonymousMemoryRightAboveTheData) {
  const auto regions = recorded_regions();
  EXPECT_EQ(region_named(regions, "program bss").parts.at(0).begin, 0x55f66d67d000U);
  EXPECT_EQ(region_named(regions, "libc.so.6 data").parts.size(), 2U);
}

TEST(Regions, StackIsCutOutOfWhatItWasMergedWith) {
  auto mappings =
      parse_proc_maps("10000000-10001000 ---p 0 0:0 0\n10001000-20001000 rw-p 0 0:0 0\n");
  ASSERT_TRUE(mappings);
  ThreadPlace audio;
  audio.name = "audio";
  audio.stack_pointer = 0x107ff000;
  const auto regions = classify_regions(*mappings, kProgram, audio);
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[0].size_bytes(), size_t{8} << 20);
  EXPECT_FALSE(regions[0].is_extent_exact);
  EXPECT_EQ(regions[1].parts.at(0).begin, 0x10801000U);
}

TEST(Regions, WithoutAKnownStackAllMemoryIsStillNamed) {
  const auto regions = classify_regions(recorded_mappings(), kProgram, ThreadPlace());
  ASSERT_FALSE(regions.empty());
  EXPECT_EQ(regions[0].name, "program text");
}

TEST(Regions, FileWithoutCodeIsNoLibrary) {
  auto mappings = parse_proc_maps("1000-2000 r--p 0 8:1 7 /usr/share/sample.wav (deleted)\n");
  ASSERT_TRUE(mappings);
  const auto regions = classify_regions(*mappings, kProgram, ThreadPlace());
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].kind, RegionKind::kFile);
  EXPECT_EQ(regions[0].name, "file sample.wav");
}

TEST(Regions, AddressesOfPagesRunThroughTheParts) {
  const auto regions = recorded_regions();
  const Region& data = region_named(regions, "libc.so.6 data");
  EXPECT_EQ(data.address_of_page(0, 4096), 0x7f719466b000U);
  EXPECT_EQ(data.address_of_page(1, 4096), 0x7f719466c000U);
  EXPECT_EQ(data.address_of_page(2, 4096), data.parts.at(1).begin);
  EXPECT_EQ(data.address_of_page(100000, 4096), 0U);
}

TEST(Regions, EveryKindIsFoundByItsWord) {
  for (int i = 0; i <= static_cast<int>(RegionKind::kAnonymous); i++) {
    const auto kind = static_cast<RegionKind>(i);
    EXPECT_EQ(parse_region_kind(name_of(kind)), kind);
  }
  EXPECT_EQ(name_of(RegionKind::kProgramBss), "program_bss");
  EXPECT_EQ(parse_region_kind("attic"), std::nullopt);
}

}  // namespace
}  // namespace holdfast
