// SPDX-License-Identifier: MIT
// Samples of a sound card, in the format it has, made planes of float. Integers of up to 24 bits
// and floats keep every bit; of 32 bits a float keeps the upper 24.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/realtime.h"

namespace holdfast::audio {

/// How one sample lies in memory; little-endian.
enum class SampleFormat : uint8_t {
  kInt16,
  kInt24,        ///< The lower three bytes of four.
  kInt24Packed,  ///< Three bytes.
  kInt32,
  kFloat32,
};

/// Bytes from one sample to the next, where nothing else lies between.
constexpr size_t sample_bytes(SampleFormat format) {
  if (format == SampleFormat::kInt16) return 2;
  return format == SampleFormat::kInt24Packed ? 3 : 4;
}

/// Reads `count` samples that lie `step_bytes` apart, from `samples` on, into `plane`; integers
/// become [-1, 1). RT safe.
void to_plane(float* plane, const unsigned char* samples, size_t step_bytes, size_t count,
              SampleFormat format) HF_REALTIME;

}  // namespace holdfast::audio
