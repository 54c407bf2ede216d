// SPDX-License-Identifier: MIT
#include "audio/sample_planes.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "audio/virtual_stream.h"

namespace holdfast::audio {
namespace {

constexpr std::array kAll = {SampleFormat::kInt16, SampleFormat::kInt24, SampleFormat::kInt24Packed,
                             SampleFormat::kInt32, SampleFormat::kFloat32};

std::vector<float> read(const std::vector<unsigned char>& bytes, SampleFormat format) {
  std::vector<float> plane(bytes.size() / sample_bytes(format));
  to_plane(plane.data(), bytes.data(), sample_bytes(format), plane.size(), format);
  return plane;
}

TEST(SamplePlanes, SixteenBitsReachFromMinusOneToJustBelowOne) {
  EXPECT_EQ(read({0x00, 0x80, 0x00, 0x00, 0xFF, 0x7F}, SampleFormat::kInt16),
            (std::vector<float>{-1, 0, 32767.0F / 32768}));
}

TEST(SamplePlanes, UpperByteOfTwentyFourInFourIsOfNoMatter) {
  EXPECT_EQ(read({0x01, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0, 0, 0x80, 0}, SampleFormat::kInt24),
            (std::vector<float>{1.0F / 8388608, -1.0F / 8388608, -1}));
}

TEST(SamplePlanes, TwentyFourPackedKeepsItsSign) {
  EXPECT_EQ(read({0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF}, SampleFormat::kInt24Packed),
            (std::vector<float>{8388607.0F / 8388608, -1.0F / 8388608}));
}

TEST(SamplePlanes, ThirtyTwoBitsNeverReachOne) {
  EXPECT_EQ(read({0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0x80}, SampleFormat::kInt32),
            (std::vector<float>{8388607.0F / 8388608, -1}));
}

TEST(SamplePlanes, FloatsStayWhatTheyAre) {
  const float values[] = {0.1F, -1.5F, 1e-30F};
  std::vector<unsigned char> bytes(sizeof values);
  std::memcpy(bytes.data(), values, sizeof values);
  EXPECT_EQ(read(bytes, SampleFormat::kFloat32), std::vector<float>(values, values + 3));
}

TEST(SamplePlanes, SilenceIsZeroInEveryFormat) {
  for (const SampleFormat format : kAll) {
    for (const float sample : read(std::vector<unsigned char>(24), format)) EXPECT_EQ(sample, 0);
  }
}

TEST(SamplePlanes, OneChannelOfSeveralIsTakenOut) {
  const std::vector<unsigned char> bytes = {1, 0, 9, 9, 2, 0, 9, 9, 3, 0, 9, 9};
  float plane[3] = {};
  to_plane(plane, bytes.data(), 4, 3, SampleFormat::kInt16);
  for (int i = 0; i < 3; i++) EXPECT_EQ(plane[i], static_cast<float>(i + 1) / 32768);
}

/// The signal that tells its own frame number passes through every format of 24 bits or more.
TEST(SamplePlanes, PositionsSurvive) {
  const int64_t first = (int64_t{1} << 24) - 3;
  float told[6] = {};
  fill_with_position(told, Frames(first), Frames(6));
  std::vector<unsigned char> packed;
  for (const float sample : told) {
    const auto value = static_cast<int32_t>(sample * 8388608);
    for (int i = 0; i < 3; i++) {
      packed.push_back(static_cast<unsigned char>(static_cast<uint32_t>(value) >> (8 * i)));
    }
  }
  const std::vector<float> read_back = read(packed, SampleFormat::kInt24Packed);
  for (int64_t i = 0; i < 6; i++) {
    EXPECT_EQ(position_in(read_back[static_cast<size_t>(i)]), (first + i) & 0xFFFFFF);
  }
}

}  // namespace
}  // namespace holdfast::audio
