// SPDX-License-Identifier: MIT
#include "rt/record.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Record, BlockSurvivesTheRoundTrip) {
  Block block;
  block.position = Frames(-123456789012345);
  block.frames = Frames(2048);
  block.due = Nanos(987654321);
  block.woke = Nanos(987654999);
  block.content = 0xFEDCBA9876543210ULL;
  block.epoch = 7;
  block.is_silent = true;
  block.is_torn = true;
  block.lost_before = Frames(77);
  block.lost_error = Frames(5);
  block.source = LossSource::kServer;
  const Block back = to_block(to_record(block));
  EXPECT_EQ(back.position, block.position);
  EXPECT_EQ(back.frames, block.frames);
  EXPECT_EQ(back.due, block.due);
  EXPECT_EQ(back.woke, block.woke);
  EXPECT_EQ(back.content, block.content);
  EXPECT_EQ(back.epoch, block.epoch);
  EXPECT_EQ(back.is_silent, block.is_silent);
  EXPECT_EQ(back.is_torn, block.is_torn);
  EXPECT_EQ(back.lost_before, block.lost_before);
  EXPECT_EQ(back.lost_error, block.lost_error);
  EXPECT_EQ(back.source, block.source);
}

TEST(Record, EveryKindSharesItsHead) {
  EndRecord end;
  end.head.kind = RecordKind::kEnd;
  end.head.mono_ns = 42;
  const auto plain = record_cast<Record>(end);
  EXPECT_EQ(plain.head.kind, RecordKind::kEnd);
  EXPECT_EQ(plain.head.mono_ns, 42);
}

}  // namespace
}  // namespace holdfast
