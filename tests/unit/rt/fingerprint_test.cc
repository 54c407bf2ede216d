// SPDX-License-Identifier: MIT
#include "rt/fingerprint.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace holdfast {
namespace {

Block fingerprint_of(const std::vector<float>& left, const std::vector<float>& right) {
  const float* planes[] = {left.data(), right.data()};
  Block block;
  block.frames = Frames(static_cast<int64_t>(left.size()));
  fingerprint(block, {planes, 2});
  return block;
}

TEST(Fingerprint, EqualSamplesHaveEqualFingerprints) {
  const std::vector<float> a = {0.1F, 0.2F, 0.3F, 0.4F};
  EXPECT_EQ(fingerprint_of(a, a).content, fingerprint_of(a, a).content);
}

TEST(Fingerprint, ChangingAnyOneSampleChangesIt) {
  for (const size_t frames : {1U, 2U, 3U, 16U, 17U}) {
    const std::vector<float> zero(frames, 0.25F);
    std::set<uint64_t> seen = {fingerprint_of(zero, zero).content};
    for (size_t i = 0; i < 2 * frames; i++) {
      std::vector<float> left = zero;
      std::vector<float> right = zero;
      (i < frames ? left[i] : right[i - frames]) = 0.5F;
      EXPECT_TRUE(seen.insert(fingerprint_of(left, right).content).second) << frames << " " << i;
    }
  }
}

TEST(Fingerprint, OnlyAllZeroIsSilent) {
  for (const size_t frames : {1U, 2U, 5U, 16U}) {
    std::vector<float> zero(frames, 0.0F);
    EXPECT_TRUE(fingerprint_of(zero, zero).is_silent);
    std::vector<float> negative_zero(frames, -0.0F);
    EXPECT_TRUE(fingerprint_of(negative_zero, zero).is_silent);
    std::vector<float> last = zero;
    last.back() = 1e-30F;
    EXPECT_FALSE(fingerprint_of(zero, last).is_silent);
  }
}

}  // namespace
}  // namespace holdfast
