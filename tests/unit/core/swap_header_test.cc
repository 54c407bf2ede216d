// SPDX-License-Identifier: MIT
#include "core/swap_header.h"

#include <gtest/gtest.h>

#include <cstring>

namespace holdfast {
namespace {

TEST(SwapHeader, IsWhatMkswapWrites) {
  const auto page = make_swap_header(256 * 1024 * 1024);
  uint32_t words[3] = {};
  std::memcpy(words, page.data() + 1024, sizeof(words));
  EXPECT_EQ(words[0], 1U);      // version
  EXPECT_EQ(words[1], 65535U);  // last page
  EXPECT_EQ(words[2], 0U);      // bad pages
  EXPECT_EQ(std::memcmp(page.data() + 4086, "SWAPSPACE2", 10), 0);
}

}  // namespace
}  // namespace holdfast
