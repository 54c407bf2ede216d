// SPDX-License-Identifier: MIT
#include "core/pagemap.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Pagemap, EachBitHasItsMeaning) {
  EXPECT_TRUE(decode_pagemap(uint64_t{1} << 63).is_present);
  EXPECT_TRUE(decode_pagemap(uint64_t{1} << 62).is_swapped);
  EXPECT_TRUE(decode_pagemap(uint64_t{1} << 61).is_file_or_shared);
}

TEST(Pagemap, FrameNumbersAndOtherFlagsMeanNothingHere) {
  const PagemapEntry entry = decode_pagemap(~(uint64_t{7} << 61));
  EXPECT_FALSE(entry.is_present);
  EXPECT_FALSE(entry.is_swapped);
  EXPECT_FALSE(entry.is_file_or_shared);
}

TEST(Pagemap, FrameAndSharingBelongToPresentPagesOnly) {
  const uint64_t bits = uint64_t{1} << 56 | 0x1234;
  EXPECT_FALSE(decode_pagemap(bits).is_exclusive);
  EXPECT_EQ(decode_pagemap(bits).frame, 0U);
  const PagemapEntry present = decode_pagemap(bits | uint64_t{1} << 63);
  EXPECT_TRUE(present.is_exclusive);
  EXPECT_EQ(present.frame, 0x1234U);
}

}  // namespace
}  // namespace holdfast
