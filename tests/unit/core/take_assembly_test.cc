// SPDX-License-Identifier: MIT
#include "core/take_assembly.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/support/block_builder.h"

namespace holdfast {
namespace {

using test::block_at;

/// A recording in memory. A frame nobody wrote to is kNothing; recorded frame n is n + 1 on the
/// first channel and -(n + 1) on the second.
class TakeAssemblyTest : public ::testing::Test {
 protected:
  static constexpr float kNothing = 1e9F;

  void begin(FillKind fill = FillKind::kSilence, Nanos hold_at_most = kSecond) {
    TakeAssembly::Options options;
    options.fill = fill;
    options.hold_at_most = hold_at_most;
    assembly_.emplace(options,
                      TakeAssembly::Target{
                          [this](Frames at, std::span<const float> samples) { write(at, samples); },
                          [this](Frames at, Frames length) {
                            write(at, std::vector<float>(2 * static_cast<size_t>(length.count)));
                          },
                          [this](const TakeGap& gap) { gaps_.push_back(gap); }});
  }

  void write(Frames at, std::span<const float> samples) {
    ASSERT_GE(at.count, 0);
    const size_t begin = 2 * static_cast<size_t>(at.count);
    if (file_.size() < begin + samples.size()) file_.resize(begin + samples.size(), kNothing);
    std::copy(samples.begin(), samples.end(), file_.begin() + static_cast<std::ptrdiff_t>(begin));
  }

  /// A block labelled `label` with the frames that really are those from `truth` on.
  void feed(int64_t label, int64_t truth, int64_t refused = 0, int64_t frames = 16) {
    std::vector<float> planes;
    for (const float sign : {1.0F, -1.0F}) {
      for (int64_t i = 0; i < frames; i++)
        planes.push_back(sign * static_cast<float>(truth + i + 1));
    }
    assembly_->take(block_at(label, frames, static_cast<uint64_t>(truth + 1)), planes.data(),
                    refused);
  }
  void feed(int64_t position) { feed(position, position); }

  void finish(int64_t refused = 0) {
    assembly_->finish(refused);
    EXPECT_EQ(static_cast<int64_t>(file_.size()), 2 * assembly_->length().count);
  }

  float sample(int64_t frame, size_t channel = 0) {
    return file_[2 * static_cast<size_t>(frame) + channel];
  }
  void expect_recorded(int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      ASSERT_EQ(sample(i), static_cast<float>(i + 1)) << i;
      ASSERT_EQ(sample(i, 1), -static_cast<float>(i + 1)) << i;
    }
  }
  void expect_silent(int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) ASSERT_EQ(sample(i), 0.0F) << i;
  }

  std::optional<TakeAssembly> assembly_;
  std::vector<float> file_;
  std::vector<TakeGap> gaps_;
};

TEST_F(TakeAssemblyTest, BlocksInARowAreTheFile) {
  begin();
  for (int64_t i = 0; i < 100; i++) feed(16 * i);
  finish();
  EXPECT_EQ(assembly_->length(), Frames(1600));
  expect_recorded(0, 1600);
  EXPECT_TRUE(gaps_.empty());
}

TEST_F(TakeAssemblyTest, AGapIsFilledWithExactlyTheMissingFrames) {
  begin();
  feed(0);
  feed(16 + 100);
  finish();
  EXPECT_EQ(assembly_->length(), Frames(132));
  expect_recorded(0, 16);
  expect_silent(16, 116);
  expect_recorded(116, 132);
  ASSERT_EQ(gaps_.size(), 1U);
  EXPECT_EQ(gaps_[0].gap.position, Frames(16));
  EXPECT_EQ(gaps_[0].own, Frames(0));
}

TEST_F(TakeAssemblyTest, LateLabelsAreCorrectedWhetherWrittenAlreadyOrNot) {
  for (const Nanos hold_at_most : {kSecond, kMillisecond}) {
    file_.clear();
    gaps_.clear();
    begin(FillKind::kSilence, hold_at_most);
    for (int64_t i = 0; i < 100; i++) feed(16 * i);
    // From block 100 on the counter is read one block late, until the twin shows it.
    for (int64_t i = 100; i < 200; i++) feed(16 * (i + 1), 16 * i);
    feed(16 * 200, 16 * 200);
    for (int64_t i = 201; i < 300; i++) feed(16 * i);
    finish();
    EXPECT_EQ(assembly_->length(), Frames(4800));
    expect_recorded(0, 4800);
    EXPECT_TRUE(gaps_.empty());
  }
}

TEST_F(TakeAssemblyTest, TheSameBlockTwiceIsWrittenOnce) {
  begin();
  feed(0);
  feed(16);
  feed(16);
  feed(32);
  finish();
  EXPECT_EQ(assembly_->length(), Frames(48));
  expect_recorded(0, 48);
}

TEST_F(TakeAssemblyTest, ABlockThatComesLateFillsItsGap) {
  begin();
  feed(0);
  feed(48);
  feed(16);
  feed(64);
  finish();
  expect_recorded(0, 32);
  expect_silent(32, 48);
  expect_recorded(48, 80);
}

TEST_F(TakeAssemblyTest, HoldAndCrossfadeLeaveRecordedFramesAlone) {
  for (const FillKind fill : {FillKind::kHold, FillKind::kCrossfade}) {
    file_.clear();
    begin(fill);
    for (int64_t i = 0; i < 600; i++) feed(16 * i);
    for (int64_t i = 610; i < 1300; i++) feed(16 * i);
    finish();
    expect_recorded(0, 9600);
    expect_recorded(9760, 1300 * 16);
    if (fill == FillKind::kHold) {
      EXPECT_EQ(sample(9600), 9600.0F);
      EXPECT_EQ(sample(9759, 1), -9600.0F);
    } else {
      EXPECT_NEAR(sample(9600), 9601.0F, 2.0F);
      EXPECT_NEAR(sample(9759), 9760.0F, 2.0F);
    }
  }
}

TEST_F(TakeAssemblyTest, WhatTheRecorderHadNoRoomForIsItsOwn) {
  begin();
  feed(0);
  feed(16 + 32, 48, 32);           // two blocks refused
  feed(64 + 16 + 8, 88, 32 + 16);  // one more, and 8 frames lost by the device
  finish(32 + 16 + 48);            // and three at the end
  ASSERT_EQ(gaps_.size(), 3U);
  EXPECT_EQ(gaps_[0].own, Frames(32));
  EXPECT_EQ(gaps_[0].gap.missing, Frames(32));
  EXPECT_EQ(gaps_[1].own, Frames(16));
  EXPECT_EQ(gaps_[1].gap.missing, Frames(24));
  EXPECT_EQ(gaps_[2].own, Frames(48));
  EXPECT_EQ(gaps_[2].gap.position, Frames(104));
  EXPECT_EQ(assembly_->length(), Frames(152));
}

TEST_F(TakeAssemblyTest, WhateverIsLostTheFileIsAsLongAsTheDeviceRan) {
  std::mt19937 random(7);
  for (int run = 0; run < 200; run++) {
    file_.clear();
    gaps_.clear();
    begin(FillKind::kSilence, run % 2 == 0 ? kSecond : kMillisecond * 2);
    std::vector<std::pair<int64_t, int64_t>> blocks;
    int64_t position = 0;
    for (int i = 0; i < 400; i++) {
      const auto frames = static_cast<int64_t>(1 + random() % 64);
      if (i > 0 && random() % 10 == 0) position += static_cast<int64_t>(random() % 500);
      feed(position, position, 0, frames);
      blocks.emplace_back(position, frames);
      if (random() % 20 == 0) feed(position, position, 0, frames);
      position += frames;
    }
    finish();
    ASSERT_EQ(assembly_->length(), Frames(position));
    int64_t end = 0;
    for (const auto& [from, frames] : blocks) {
      expect_silent(end, from);
      expect_recorded(from, from + frames);
      end = from + frames;
    }
    Frames missing;
    for (const TakeGap& gap : gaps_) missing += gap.gap.missing;
    EXPECT_EQ(missing, assembly_->totals().missing);
  }
}

}  // namespace
}  // namespace holdfast
