// SPDX-License-Identifier: MIT
#include "rt/on_block.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/block_builder.h"

namespace holdfast {
namespace {

using test::block_at;
using test::kRateHz;

/// A capture with rings of a chosen size, fed with blocks of silence-free samples.
class CaptureTest : public ::testing::Test {
 protected:
  CaptureTest() { samples_.fill(0.5F); }

  bool feed(Capture& capture, int64_t position) {
    samples_[0] = static_cast<float>(position % 1000 + 1);
    const float* planes[] = {samples_.data()};
    Block block = block_at(position);
    return capture.on_block(block, {planes, 1});
  }

  static std::vector<Record> drain(Ring<Record>& ring) {
    std::vector<Record> all;
    std::array<Record, 16> some;
    for (size_t n; (n = ring.pop(some)) > 0;) all.insert(all.end(), some.begin(), some.begin() + n);
    return all;
  }

  std::array<float, 16> samples_;
};

TEST_F(CaptureTest, EveryBlockBecomesARecord) {
  std::vector<Record> storage(64);
  Ring<Record> ring(storage);
  Capture capture(kRateHz, Frames(0), &ring, nullptr);
  for (int64_t i = 0; i < 10; i++) feed(capture, 16 * i);
  const std::vector<Record> records = drain(ring);
  ASSERT_EQ(records.size(), 10U);
  for (size_t i = 0; i < 10; i++) {
    EXPECT_EQ(record_cast<BlockRecord>(records[i]).position_frames, static_cast<int64_t>(16 * i));
  }
}

TEST_F(CaptureTest, FinalGapsReachTheGapRing) {
  std::vector<Gap> storage(8);
  Ring<Gap> gaps(storage);
  Capture capture(kRateHz, Frames(0), nullptr, &gaps);
  feed(capture, 0);
  feed(capture, 116);
  capture.finish();
  std::array<Gap, 2> out;
  ASSERT_EQ(gaps.pop(out), 1U);
  EXPECT_EQ(out[0].missing, Frames(100));
}

TEST_F(CaptureTest, StopsAtItsLimit) {
  Capture capture(kRateHz, Frames(48), nullptr, nullptr);
  EXPECT_TRUE(feed(capture, 0));
  EXPECT_TRUE(feed(capture, 16));
  EXPECT_FALSE(feed(capture, 32));
}

TEST_F(CaptureTest, WhatFindsNoRoomIsToldAfterwards) {
  std::vector<Record> storage(4);
  Ring<Record> ring(storage);
  Capture capture(kRateHz, Frames(0), &ring, nullptr);
  for (int64_t i = 0; i < 4; i++) feed(capture, 16 * i);
  for (int64_t i = 4; i < 10; i++) feed(capture, 16 * i);  // no room
  feed(capture, 16 * 12);                                  // no room, and 32 frames are missing
  EXPECT_EQ(drain(ring).size(), 4U);
  feed(capture, 16 * 13);
  const std::vector<Record> records = drain(ring);
  ASSERT_EQ(records.size(), 2U);
  ASSERT_EQ(records[0].head.kind, RecordKind::kDropped);
  const auto dropped = record_cast<DroppedRecord>(records[0]);
  EXPECT_EQ(dropped.blocks, 7);
  EXPECT_EQ(dropped.received_frames, 7 * 16);
  EXPECT_EQ(dropped.missing_frames, 32);
  EXPECT_EQ(dropped.gaps, 1);
  EXPECT_EQ(dropped.device_front_frames, 16 * 13);
  EXPECT_EQ(record_cast<BlockRecord>(records[1]).position_frames, 16 * 13);
}

TEST_F(CaptureTest, BlocksDroppedAtTheVeryEndAreTold) {
  std::vector<Record> storage(4);
  Ring<Record> ring(storage);
  Capture capture(kRateHz, Frames(0), &ring, nullptr);
  for (int64_t i = 0; i < 6; i++) feed(capture, 16 * i);
  drain(ring);
  capture.finish();
  const std::vector<Record> records = drain(ring);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(record_cast<DroppedRecord>(records[0]).blocks, 2);
}

}  // namespace
}  // namespace holdfast
