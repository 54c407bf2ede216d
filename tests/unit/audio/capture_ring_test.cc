// SPDX-License-Identifier: MIT
#include "audio/capture_ring.h"

#include <gtest/gtest.h>

#include <random>

namespace holdfast::audio {
namespace {

constexpr CaptureRing kRing{Frames(256), Frames(64), Frames(0)};

TEST(CaptureRing, KeepsAllThatFits) {
  for (int64_t written = 0; written <= 256; written++) {
    EXPECT_EQ(kRing.to_skip(Frames(written)), Frames(0));
    EXPECT_FALSE(kRing.is_torn(Frames(written)));
  }
}

TEST(CaptureRing, SkipsWholeBlocksBeyondWhatIsOverwritten) {
  EXPECT_EQ(kRing.to_skip(Frames(257)), Frames(64));
  EXPECT_EQ(kRing.to_skip(Frames(256 + 32)), Frames(64));
  EXPECT_EQ(kRing.to_skip(Frames(256 + 33)), Frames(128));  // 64 would leave too little room
  EXPECT_EQ(kRing.to_skip(Frames(5000)), Frames(75 * 64));
}

TEST(CaptureRing, IsTornWhenTheWriterCameRoundWhileItWasCopied) {
  EXPECT_FALSE(kRing.is_torn(Frames(256)));
  EXPECT_TRUE(kRing.is_torn(Frames(257)));
  EXPECT_EQ(kRing.room(Frames(200)), Frames(56));
}

TEST(CaptureRing, CounterThatLagsMakesTheRingSmaller) {
  const CaptureRing coarse{Frames(256), Frames(64), Frames(64)};
  EXPECT_EQ(coarse.to_skip(Frames(192)), Frames(0));
  EXPECT_EQ(coarse.to_skip(Frames(193)), Frames(64));
  EXPECT_TRUE(coarse.is_torn(Frames(193)));
}

/// After a skip nothing that is left is overwritten, nor will it be at once; and not much more is
/// skipped than must be.
TEST(CaptureRing, WhatIsLeftIsWhole) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same every time
  for (int i = 0; i < 10000; i++) {
    const int64_t block = 1 + static_cast<int64_t>(random() % 1024);
    const int64_t size = 2 * block + static_cast<int64_t>(random() % 4096);
    const CaptureRing ring{Frames(size), Frames(block),
                           Frames(static_cast<int64_t>(random()) % (block + 1))};
    const Frames written(static_cast<int64_t>(random() % 100'000));
    const Frames skipped = ring.to_skip(written);
    const Frames room = ring.room(written - skipped);
    EXPECT_EQ(skipped.count % block, 0);
    EXPECT_GE(room, Frames(0));
    EXPECT_TRUE(skipped == Frames(0) || room.count >= block / 2);
    EXPECT_TRUE(skipped == Frames(0) || room.count <= 2 * block);
  }
}

}  // namespace
}  // namespace holdfast::audio
