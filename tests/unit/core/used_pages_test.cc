// SPDX-License-Identifier: MIT
#include "core/used_pages.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

using enum PageState;

constexpr size_t kUsedPageBytes = 4096;

Mapping pages_at(uintptr_t first, size_t count) {
  Mapping mapping;
  mapping.begin = first * kUsedPageBytes;
  mapping.end = (first + count) * kUsedPageBytes;
  return mapping;
}

Region region_of(std::vector<Mapping> parts) {
  return {RegionKind::kHeap, "heap", std::move(parts), true};
}

TEST(UsedPages, EachPageIsInOneOfTheNumbers) {
  UsedPages used;
  used.lay_out(region_of({pages_at(1, 4), pages_at(10, 3)}), kUsedPageBytes);
  const ResidencyRecord record = used.count(
      std::vector{kResident, kSwapCache, kPageCache, kUntouched, kSwapped, kNotResident, kUnknown});
  EXPECT_EQ(record.head.kind, RecordKind::kResidency);
  EXPECT_EQ(record.pages, 7U);
  EXPECT_EQ(record.mapped, 1U);
  EXPECT_EQ(record.unmapped, 2U);
  EXPECT_EQ(record.untouched, 1U);
  EXPECT_EQ(record.swapped, 1U);
  EXPECT_EQ(record.file_only, 1U);
  EXPECT_EQ(record.unknown, 1U);
  EXPECT_EQ(record.used, 3U);
  EXPECT_EQ(record.out, 1U);
}

TEST(UsedPages, PageOfAFileThatWasNeverMappedInIsNotLost) {
  UsedPages used;
  used.lay_out(region_of({pages_at(1, 3)}), kUsedPageBytes);
  EXPECT_EQ(used.count(std::vector{kPageCache, kNotResident, kResident}).out, 0U);
  const ResidencyRecord later = used.count(std::vector{kNotResident, kNotResident, kNotResident});
  EXPECT_EQ(later.used, 1U);
  EXPECT_EQ(later.out, 1U);
}

TEST(UsedPages, PageThatIsDroppedToTheCacheIsStillInMemory) {
  UsedPages used;
  used.lay_out(region_of({pages_at(1, 2)}), kUsedPageBytes);
  used.count(std::vector{kResident, kResident});
  const ResidencyRecord record = used.count(std::vector{kPageCache, kUnknown});
  EXPECT_EQ(record.used, 2U);
  EXPECT_EQ(record.out, 1U) << "of what the kernel does not tell, the worst is taken";
}

TEST(UsedPages, PageThatWasGivenBackIsForgotten) {
  UsedPages used;
  used.lay_out(region_of({pages_at(1, 1)}), kUsedPageBytes);
  used.count(std::vector{kResident});
  EXPECT_EQ(used.count(std::vector{kUntouched}).used, 0U);
  EXPECT_EQ(used.count(std::vector{kUnknown}).out, 0U);
}

TEST(UsedPages, PagesAreRememberedByAddressWhenTheRegionChanges) {
  UsedPages used;
  used.lay_out(region_of({pages_at(10, 2), pages_at(20, 2)}), kUsedPageBytes);
  used.count(std::vector{kNotResident, kResident, kNotResident, kResident});
  used.lay_out(region_of({pages_at(5, 1), pages_at(11, 3), pages_at(21, 1)}), kUsedPageBytes);
  const ResidencyRecord record = used.count(std::vector(5, kNotResident));
  EXPECT_EQ(record.pages, 5U);
  EXPECT_EQ(record.used, 2U) << "pages 11 and 21";
  EXPECT_EQ(record.out, 2U);
}

TEST(UsedPages, RegionWithoutPagesHasNone) {
  UsedPages used;
  used.lay_out(region_of({}), kUsedPageBytes);
  EXPECT_EQ(used.count({}).pages, 0U);
}

}  // namespace
}  // namespace holdfast
