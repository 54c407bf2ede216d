// SPDX-License-Identifier: MIT
// Eight 16-bit lanes at a time, in vector types that every 64-bit processor has. Each step is
// lane = lane * odd ^ samples, which is reversible, so a change of one sample always shows. It
// carries changes upward only; a rotation per 16 frames brings them back down.
#include "rt/fingerprint.h"

#include <bit>
#include <cstddef>

namespace holdfast {
namespace {

using Lanes = uint16_t __attribute__((vector_size(16)));
using Pairs = uint32_t __attribute__((vector_size(16)));
constexpr int64_t kStepFrames = sizeof(Lanes) / sizeof(float);

constexpr uint16_t kOdd = 0x9E35;                    // 5 modulo 8: its powers repeat after 2^14
constexpr uint64_t kGolden = 0x9E3779B97F4A7C15ULL;  // odd, with well-mixed bits
constexpr uint64_t kWithoutSigns = 0x7FFFFFFF7FFFFFFFULL;

struct Halves {
  uint64_t low;
  uint64_t high;
};

/// Hash of the samples so far, and the OR of their bits.
struct Digest {
  Lanes hash = {1, 1, 1, 1, 1, 1, 1, 1};
  Lanes any = {};

  HF_RT_INLINE void take(const float* samples, size_t size_bytes) {
    Lanes bits = {};
    __builtin_memcpy(&bits, samples, size_bytes);
    any |= bits;
    hash = (hash * kOdd) ^ bits;
  }
  HF_RT_INLINE void rotate() {
    const auto pairs = std::bit_cast<Pairs>(hash);
    hash = std::bit_cast<Lanes>((pairs << 13) | (pairs >> 19));
  }
};

}  // namespace

HF_RT_TEXT void fingerprint(Block& block, Samples samples) HF_REALTIME {
  Digest digest;
  for (uint32_t channel = 0; channel < samples.channels; channel++) {
    const float* at = samples.planes[channel];
    int64_t left = block.frames.count;
    for (; left >= 4 * kStepFrames; left -= 4 * kStepFrames, at += 4 * kStepFrames) {
      digest.take(at, sizeof(Lanes));  // written out: g++ 12 does not unroll at -O2
      digest.take(at + kStepFrames, sizeof(Lanes));
      digest.take(at + 2 * kStepFrames, sizeof(Lanes));
      digest.take(at + 3 * kStepFrames, sizeof(Lanes));
      digest.rotate();
    }
    for (; left > 0; left--) {
      digest.take(at++, sizeof(float));
      digest.rotate();
    }
  }
  const auto hash = std::bit_cast<Halves>(digest.hash);
  const auto any = std::bit_cast<Halves>(digest.any);
  block.content = std::rotl(hash.low * kGolden, 29) ^ hash.high;
  // The signs come out once, at the end: -0.0 is silence.
  block.is_silent = ((any.low | any.high) & kWithoutSigns) == 0;
}

}  // namespace holdfast
