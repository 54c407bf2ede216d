// SPDX-License-Identifier: MIT
#include "core/gap_fill.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace holdfast {
namespace {

constexpr int64_t kRate = 48000;
constexpr std::array<float, 2> kBefore = {0.5F, -0.5F};
constexpr std::array<float, 2> kAfter = {-0.25F, 1.0F};

std::vector<float> filled(FillKind kind, int64_t length) {
  std::vector<float> target(2 * static_cast<size_t>(length), 9.0F);
  fill_gap(kind, {Frames(length), kBefore, kAfter}, kRate, Frames(0), target);
  return target;
}

TEST(GapFill, SilenceIsExactlyZero) {
  for (const float sample : filled(FillKind::kSilence, 1000)) EXPECT_EQ(sample, 0.0F);
}

TEST(GapFill, HoldRepeatsTheLastFrame) {
  const std::vector<float> target = filled(FillKind::kHold, 100);
  for (size_t i = 0; i < target.size(); i++) EXPECT_EQ(target[i], kBefore[i % 2]);
}

TEST(GapFill, CrossfadeOfAShortGapIsALineBetweenItsEdges) {
  const std::vector<float> target = filled(FillKind::kCrossfade, 3);
  EXPECT_NEAR(target[0], 0.5F - 0.75F / 4, 1e-6);
  EXPECT_NEAR(target[2], 0.5F - 0.75F / 2, 1e-6);
  EXPECT_NEAR(target[5], -0.5F + 1.5F * 3 / 4, 1e-6);
}

TEST(GapFill, CrossfadeOfALongGapIsSilentInTheMiddleAndNeverJumps) {
  const std::vector<float> target = filled(FillKind::kCrossfade, 48000);
  for (size_t i = 1000; i < 95000; i++) EXPECT_EQ(target[i], 0.0F);
  float before = kBefore[0];
  for (size_t i = 0; i < target.size(); i += 2) {
    EXPECT_LT(std::fabs(target[i] - before), 0.005F);
    before = target[i];
  }
  EXPECT_LT(std::fabs(kAfter[0] - before), 0.005F);
}

TEST(GapFill, PiecesMakeUpTheWhole) {
  const std::vector<float> whole = filled(FillKind::kCrossfade, 1000);
  std::vector<float> piece(2 * 300);
  fill_gap(FillKind::kCrossfade, {Frames(1000), kBefore, kAfter}, kRate, Frames(600), piece);
  for (size_t i = 0; i < piece.size(); i++) EXPECT_EQ(piece[i], whole[1200 + i]);
}

TEST(GapFill, OnlyKnownKindsAreParsed) {
  EXPECT_EQ(parse_fill_kind("hold"), FillKind::kHold);
  EXPECT_EQ(parse_fill_kind("silence"), FillKind::kSilence);
  EXPECT_EQ(parse_fill_kind("crossfade"), FillKind::kCrossfade);
  EXPECT_FALSE(parse_fill_kind("noise"));
}

}  // namespace
}  // namespace holdfast
