// SPDX-License-Identifier: MIT
#include "core/lateness_line.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

using Buckets = std::vector<int32_t>;

TEST(LatenessLine, BucketKeepsTheWorst) {
  LatenessLine line(kMillisecond);
  line.add(kMicrosecond * 100, kMicrosecond * 20);
  line.add(kMicrosecond * 400, kMicrosecond * 700);
  line.add(kMicrosecond * 900, kMicrosecond * 30);
  EXPECT_EQ(line.buckets(), Buckets{700});
}

TEST(LatenessLine, WhereNothingWasDueNothingIsSaid) {
  LatenessLine line(kMillisecond);
  line.add(kMillisecond * 2, kMicrosecond * 5);
  line.add(Nanos(-1), kSecond);  // before the run
  EXPECT_EQ(line.buckets(), (Buckets{-1, -1, 5}));
}

TEST(LatenessLine, EarlyWakeIsNoLateness) {
  LatenessLine line(kMillisecond);
  line.add(Nanos(0), Nanos(-5000));
  EXPECT_EQ(line.buckets(), Buckets{0});
}

TEST(LatenessLine, LongRunLosesResolutionButNotItsWorst) {
  LatenessLine line(kMillisecond, 4);
  for (int64_t i = 0; i < 16; i++) {
    line.add(kMillisecond * i, kMicrosecond * (i == 5 ? 900 : i));
  }
  EXPECT_EQ(line.width(), kMillisecond * 4);
  EXPECT_EQ(line.buckets(), (Buckets{3, 900, 11, 15}));
}

TEST(LatenessLine, AbsurdTimeOfACraftedTraceCostsNoMemory) {
  LatenessLine line(kMillisecond, 8);
  line.add(Nanos(0), kMicrosecond);
  line.add(Nanos(int64_t{1} << 61), Nanos(int64_t{1} << 61));
  EXPECT_LE(line.buckets().size(), 8U);
  EXPECT_EQ(line.buckets().back(), INT32_MAX);
}

}  // namespace
}  // namespace holdfast
