// SPDX-License-Identifier: MIT
#include "core/eviction.h"

#include <gtest/gtest.h>

#include <set>

namespace holdfast {
namespace {

TEST(Eviction, TotalAddsUpEveryCountOfEveryRange) {
  Eviction eviction;
  EvictedRange range{RegionKind::kHeap, "heap", 0x1000, 8192};
  range.asked = 7;
  range.already_out = 2;
  range.left = 3;
  range.half_out = 1;
  range.unknown = 1;
  range.add_stayed(StayReason::kLocked);
  range.add_stayed(StayReason::kShared);
  eviction.ranges = {range, range};
  const EvictedRange total = eviction.total();
  EXPECT_EQ(total.size_bytes, 16384U);
  EXPECT_EQ(total.asked, 14U);
  EXPECT_EQ(total.already_out, 4U);
  EXPECT_EQ(total.left, 6U);
  EXPECT_EQ(total.stayed_pages(), 4U);
  EXPECT_EQ(total.asked, total.left + total.half_out + total.unknown + total.stayed_pages());
}

TEST(Eviction, EveryReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kStayReasons; ++i) names.insert(name_of(static_cast<StayReason>(i)));
  EXPECT_EQ(names.size(), kStayReasons);
}

}  // namespace
}  // namespace holdfast
