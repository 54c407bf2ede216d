// SPDX-License-Identifier: MIT
#include "core/workload_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(WorkloadText, PartsAreReadInAnyOrderAndTheRestStays) {
  const auto wish = parse_workload("rare=12.5%,bytes=8M");
  ASSERT_TRUE(bool(wish));
  EXPECT_EQ(wish->size_bytes, 8 << 20);
  EXPECT_EQ(wish->rare_share, 0.125);
  EXPECT_EQ(wish->paths, WorkloadWish{}.paths);
  EXPECT_EQ(*parse_workload(""), WorkloadWish{});
}

TEST(WorkloadText, WhatIsWrittenIsReadBack) {
  const WorkloadWish wish{3 << 20, 0.125, 7, kMillisecond * 250};
  EXPECT_EQ(to_text(wish), "bytes=3145728,rare=12.5%,paths=7,period=250ms");
  EXPECT_EQ(*parse_workload(to_text(wish)), wish);
}

TEST(WorkloadText, BytesBecomeWholePages) {
  EXPECT_EQ(parse_workload("bytes=1")->size_bytes, 4096);
}

TEST(WorkloadText, OthersAreRefused) {
  for (const char* text : {"bytes", "bytes=0", "bytes=1G", "rare=50", "rare=101%", "rare=-1%",
                           "rare=nan%", "paths=65", "paths=-1", "paths=x", "paths=3x", "period=0s",
                           "period=2min", "size=3", "bytes=1M;rare=3%"}) {
    EXPECT_FALSE(bool(parse_workload(text))) << text;
  }
}

TEST(WorkloadText, APeriodIsSoManyBlocks) {
  const WorkloadShape shape = shape_of(WorkloadWish{}, Nanos(333'333));
  EXPECT_EQ(shape.blocks_per_period, 1500);
  EXPECT_EQ(shape_of(WorkloadWish{}, kSecond * 10).blocks_per_period, 1);
}

}  // namespace
}  // namespace holdfast
