// SPDX-License-Identifier: MIT
#include "core/waveform.h"

#include <gtest/gtest.h>

#include <limits>

namespace holdfast {
namespace {

constexpr int64_t kTakeRate = 48000;

TEST(Waveform, SpanHoldsItsLowestAndHighestSampleOfAllChannels) {
  Waveform wave(Frames(240), 2, kTakeRate);
  std::vector<float> samples(size_t{240} * 2, 0.0F);
  samples[2] = 0.5F;              // frame 1, left
  samples[2 * 119 + 1] = -0.25F;  // frame 119, right
  samples[2 * 120] = 1.0F;        // the first of the second span
  wave.add(samples);
  EXPECT_EQ(wave.span(), Frames(120));
  EXPECT_EQ(wave.low(), (std::vector<float>{-0.25F, 0}));
  EXPECT_EQ(wave.high(), (std::vector<float>{0.5F, 1}));
  EXPECT_EQ(wave.peak(), 1);
}

TEST(Waveform, PiecesGiveTheSameAsTheWhole) {
  std::vector<float> samples(1000);
  for (size_t i = 0; i < samples.size(); i++) samples[i] = static_cast<float>(i % 97) / 97 - 0.5F;
  Waveform whole(Frames(1000), 1, kTakeRate);
  whole.add(samples);
  Waveform pieces(Frames(1000), 1, kTakeRate);
  for (size_t i = 0; i < samples.size(); i += 7) {
    pieces.add(std::span(samples).subspan(i, std::min<size_t>(7, samples.size() - i)));
  }
  EXPECT_EQ(pieces.low(), whole.low());
  EXPECT_EQ(pieces.high(), whole.high());
}

TEST(Waveform, SpansAreBoundedInLengthAndInNumber) {
  const auto span = [](int64_t seconds) {
    return Waveform(Frames(seconds * kTakeRate), 1, kTakeRate).span();
  };
  EXPECT_EQ(span(1), Frames(120));         // 2.5 ms
  EXPECT_EQ(span(60), Frames(1920));       // 1500 of them
  EXPECT_EQ(span(3600), Frames(4800));     // 100 ms
  EXPECT_EQ(span(86400), Frames(69'120));  // 60000 of them
  EXPECT_EQ(Waveform(Frames(5), 1, 1).span(), Frames(1));
}

TEST(Waveform, WhatIsBeyondTheLengthIsLeftOut) {
  Waveform wave(Frames(1000), 1, kTakeRate);
  wave.add(std::vector<float>(1500, 0.1F));
  EXPECT_EQ(wave.length(), Frames(1000));
  EXPECT_EQ(wave.low().size(), 9U);
}

TEST(Waveform, StrangeSamplesAreNoTrouble) {
  Waveform wave(Frames(3), 1, kTakeRate);
  wave.add(std::vector<float>{std::numeric_limits<float>::quiet_NaN(),
                              std::numeric_limits<float>::infinity(), -1e30F});
  EXPECT_EQ(wave.low(), (std::vector<float>{-8}));
  EXPECT_EQ(wave.high(), (std::vector<float>{8}));
  EXPECT_TRUE(Waveform(Frames(-5), 1, kTakeRate).low().empty());
  EXPECT_EQ(Waveform(Frames(0), 1, kTakeRate).peak(), 0);
}

}  // namespace
}  // namespace holdfast
