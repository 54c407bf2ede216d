// SPDX-License-Identifier: MIT
#include "core/sample_encoding.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/byte_order.h"

namespace holdfast {
namespace {

Bytes encoded(const std::vector<float>& samples, SampleEncoding encoding) {
  Bytes bytes(samples.size() * sample_bytes(encoding));
  EXPECT_EQ(encode(samples, encoding, bytes.data()), bytes.data() + bytes.size());
  return bytes;
}

/// The value of sample `index`, with its sign.
int64_t value(const Bytes& bytes, SampleEncoding encoding, size_t index) {
  const size_t size = sample_bytes(encoding);
  const auto raw = static_cast<int64_t>(get_little(bytes, index * size, size));
  const int64_t range = int64_t{1} << (8 * size);
  return raw >= range / 2 ? raw - range : raw;
}

TEST(SampleEncoding, FullScaleIsClippedNotWrapped) {
  for (const auto encoding :
       {SampleEncoding::kInt16, SampleEncoding::kInt24, SampleEncoding::kInt32}) {
    const Bytes bytes = encoded({1.0F, -1.0F, 1.5F, -7.0F, 0.0F}, encoding);
    const int64_t largest = (int64_t{1} << (8 * sample_bytes(encoding) - 1)) - 1;
    EXPECT_EQ(value(bytes, encoding, 0), largest);
    EXPECT_EQ(value(bytes, encoding, 1), -largest - 1);
    EXPECT_EQ(value(bytes, encoding, 2), largest);
    EXPECT_EQ(value(bytes, encoding, 3), -largest - 1);
    EXPECT_EQ(value(bytes, encoding, 4), 0);
  }
}

TEST(SampleEncoding, WhatFitsIsKeptToTheBit) {
  std::vector<float> samples;
  for (int number = -(1 << 23); number < (1 << 23); number += 9973) {
    samples.push_back(static_cast<float>(number) / (1 << 23));
  }
  const Bytes bytes = encoded(samples, SampleEncoding::kInt24);
  for (size_t i = 0; i < samples.size(); i++) {
    EXPECT_EQ(static_cast<double>(value(bytes, SampleEncoding::kInt24, i)),
              static_cast<double>(samples[i]) * (1 << 23));
  }
}

TEST(SampleEncoding, SixteenBitsRoundToTheNearest) {
  const Bytes bytes = encoded({0.4F / 32768, 0.6F / 32768, -0.6F / 32768}, SampleEncoding::kInt16);
  EXPECT_EQ(value(bytes, SampleEncoding::kInt16, 0), 0);
  EXPECT_EQ(value(bytes, SampleEncoding::kInt16, 1), 1);
  EXPECT_EQ(value(bytes, SampleEncoding::kInt16, 2), -1);
}

TEST(SampleEncoding, FloatsStayAsTheyAreBeyondFullScale) {
  const std::vector<float> samples = {3.25F, -1e-20F, 0.0F};
  const Bytes bytes = encoded(samples, SampleEncoding::kFloat32);
  EXPECT_EQ(std::memcmp(bytes.data(), samples.data(), bytes.size()), 0);
}

TEST(SampleEncoding, NotANumberBecomesSilenceInIntegers) {
  const Bytes bytes = encoded({std::numeric_limits<float>::quiet_NaN()}, SampleEncoding::kInt32);
  EXPECT_EQ(value(bytes, SampleEncoding::kInt32, 0), 0);
}

TEST(SampleEncoding, EveryNameIsReadBack) {
  for (const char* name : {"16", "24", "32", "float"}) {
    const auto encoding = parse_sample_encoding(name);
    ASSERT_TRUE(encoding);
    EXPECT_EQ(name_of(*encoding), name);
  }
  EXPECT_FALSE(parse_sample_encoding("8"));
}

}  // namespace
}  // namespace holdfast
