// SPDX-License-Identifier: MIT
#include "core/page_flags.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(PageFlags, EachBitHasItsMeaning) {
  EXPECT_TRUE(decode_page_flags(uint64_t{1} << 4).is_dirty);
  EXPECT_TRUE(decode_page_flags(uint64_t{1} << 8).is_written);
  EXPECT_TRUE(decode_page_flags(uint64_t{1} << 13).is_swap_cache);
  EXPECT_TRUE(decode_page_flags(uint64_t{1} << 18).is_unevictable);
}

TEST(PageFlags, OtherBitsMeanNothingHere) {
  const uint64_t used = uint64_t{1} << 4 | uint64_t{1} << 8 | uint64_t{1} << 13 | uint64_t{1} << 18;
  const PageFlags flags = decode_page_flags(~used);
  EXPECT_FALSE(flags.is_dirty || flags.is_written || flags.is_swap_cache || flags.is_unevictable);
}

}  // namespace
}  // namespace holdfast
