// SPDX-License-Identifier: MIT
#include "core/range_set.h"

#include <gtest/gtest.h>

#include <bitset>
#include <random>

namespace holdfast {
namespace {

TEST(RangeSet, CountsEachByteOnce) {
  RangeSet set;
  set.add(10, 20);
  set.add(15, 30);
  set.add(12, 18);
  EXPECT_EQ(set.size_bytes(), 20U);
}

TEST(RangeSet, RangesThatMeetBecomeOne) {
  RangeSet set;
  set.add(10, 20);
  set.add(30, 40);
  set.add(20, 30);
  EXPECT_EQ(set.missing_bytes(10, 40), 0U);
  EXPECT_EQ(set.missing_bytes(0, 50), 20U);
}

TEST(RangeSet, EmptyAndReversedRangesAddNothing) {
  RangeSet set;
  set.add(10, 10);
  set.add(20, 10);
  EXPECT_EQ(set.size_bytes(), 0U);
  EXPECT_EQ(set.missing_bytes(20, 10), 0U);
}

TEST(RangeSet, AgreesWithASetOfSingleBytes) {
  std::mt19937 random(1);
  std::uniform_int_distribution<size_t> place(0, 255);
  for (int round = 0; round < 200; ++round) {
    RangeSet set;
    std::bitset<256> bytes;
    for (int i = 0; i < 12; ++i) {
      const size_t begin = place(random);
      const size_t end = std::min<size_t>(255, begin + place(random) / 8);
      const size_t missing = set.missing_bytes(begin, end);
      size_t expected = 0;
      for (size_t at = begin; at < end; ++at) expected += bytes[at] ? 0 : 1;
      ASSERT_EQ(missing, expected);
      set.add(begin, end);
      for (size_t at = begin; at < end; ++at) bytes.set(at);
      ASSERT_EQ(set.size_bytes(), bytes.count());
    }
  }
}

}  // namespace
}  // namespace holdfast
