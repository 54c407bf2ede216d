// SPDX-License-Identifier: MIT
#include "core/residency_history.h"

#include <gtest/gtest.h>

#include "core/address_lines.h"

namespace holdfast {
namespace {

ResidencyRecord reading_of(uint32_t region, int64_t at_ms, uint32_t used, uint32_t out) {
  ResidencyRecord record;
  record.head = {RecordKind::kResidency, 0, 0, at_ms * kMillisecond.count};
  record.region = region;
  record.pages = used;
  record.mapped = used - out;
  record.swapped = out;
  record.used = used;
  record.out = out;
  return record;
}

std::vector<std::string> names_of(const ResidencyHistory& history) {
  std::vector<std::string> names;
  for (const RegionLine* const region : history.ranked()) names.push_back(region->name);
  return names;
}

TEST(ResidencyHistory, ShareIsWholeOnlyWhenNoPageIsOut) {
  EXPECT_EQ(in_permille(reading_of(0, 0, 5000, 1)), 999);
  EXPECT_EQ(in_permille(reading_of(0, 0, 5000, 0)), 1000);
  EXPECT_EQ(in_permille(reading_of(0, 0, 0, 0)), std::nullopt);
  ResidencyRecord forged;
  forged.used = 3;
  forged.out = UINT32_MAX;
  EXPECT_EQ(in_permille(forged), 0);
}

TEST(ResidencyHistory, KeepsTheWorstMoment) {
  ResidencyHistory history;
  history.take_line(region_line(4, RegionKind::kStack, "stack of audio"));
  for (const auto& [at_ms, out] : {std::pair(0, 0U), {250, 5U}, {500, 9U}, {750, 9U}, {1000, 2U}}) {
    history.add(reading_of(4, at_ms, 10, out));
  }
  ASSERT_EQ(history.ranked().size(), 1U);
  const RegionLine& region = *history.ranked()[0];
  EXPECT_EQ(region.kind, RegionKind::kStack);
  EXPECT_EQ(region.name, "stack of audio");
  EXPECT_EQ(region.readings.readings().size(), 5U);
  EXPECT_EQ(region.worst->out, 9U);
  EXPECT_EQ(region.worst->head.mono_ns, 500 * kMillisecond.count);
}

TEST(ResidencyHistory, RegionsThatLostPagesComeFirstAndOwnOnesBeforeLibraries) {
  ResidencyHistory history;
  history.take_line(region_line(0, RegionKind::kStack, "stack of audio"));
  history.take_line(region_line(1, RegionKind::kProgramText, "program text"));
  history.take_line(region_line(2, RegionKind::kHeap, "heap"));
  history.take_line(region_line(3, RegionKind::kLibraryText, "liba.so text"));
  history.take_line(region_line(4, RegionKind::kLibraryText, "libb.so text"));
  history.add(reading_of(0, 0, 10, 0));
  history.add(reading_of(1, 0, 10, 2));
  history.add(reading_of(2, 0, 10, 3));
  history.add(reading_of(3, 0, 10, 5));
  history.add(reading_of(4, 0, 100, 50));
  EXPECT_EQ(names_of(history), (std::vector<std::string>{"program text", "heap", "libb.so text",
                                                         "liba.so text", "stack of audio"}));
}

TEST(ResidencyHistory, RecordsWithoutANameAndUnusedRegionsAreNotShown) {
  ResidencyHistory history;
  history.add(reading_of(7, 0, 10, 1));
  history.take_line(region_line(1, RegionKind::kHeap, "heap"));
  history.add(reading_of(1, 0, 0, 0));
  EXPECT_TRUE(history.ranked().empty());
}

TEST(ResidencyHistory, LinesThatCannotBeReadAreIgnored) {
  ResidencyHistory history;
  for (const char* line : {"region", "region x heap heap", "passed_over 3", "passed_over a b", "",
                           "map 1000 2000 r-xp 0 -"}) {
    history.take_line(line);
  }
  history.take_line("region 2 of_a_newer_version what it is called");
  history.take_line(passed_over_line(3, 70'000));
  history.add(reading_of(2, 0, 4, 1));
  EXPECT_EQ(names_of(history), std::vector<std::string>{"what it is called"});
  EXPECT_EQ(history.passed_over_regions(), 3U);
  EXPECT_EQ(history.passed_over_pages(), 70'000U);
}

TEST(ResidencyHistory, CraftedTraceCannotHaveAnyNumberOfRegions) {
  ResidencyHistory history;
  for (uint32_t i = 0; i < 1000; i++) {
    history.take_line(region_line(i, RegionKind::kHeap, "heap"));
    history.add(reading_of(i, 0, 4, 1));
  }
  EXPECT_EQ(history.ranked().size(), ResidencyHistory::kMostRegions);
}

}  // namespace
}  // namespace holdfast
