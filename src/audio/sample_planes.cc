// SPDX-License-Identifier: MIT
#include "audio/sample_planes.h"

#include <cstring>

namespace holdfast::audio {
namespace {

constexpr float kScale16 = 1.0F / 32768;
constexpr float kScale24 = 1.0F / 8388608;

HF_RT_INLINE uint32_t bits(const unsigned char* bytes, int count) {
  uint32_t value = 0;
  for (int i = 0; i < count; i++) value |= static_cast<uint32_t>(bytes[i]) << (8 * i);
  return value;
}

/// The lower 24 bits, with their sign.
HF_RT_INLINE float from_24(uint32_t value) {
  return static_cast<float>(static_cast<int32_t>(value << 8) >> 8) * kScale24;
}

HF_RT_INLINE float sample_at(const unsigned char* at, SampleFormat format) {
  switch (format) {
    case SampleFormat::kInt16:
      return static_cast<float>(static_cast<int16_t>(bits(at, 2))) * kScale16;
    case SampleFormat::kInt24:
      return from_24(bits(at, 4));
    case SampleFormat::kInt24Packed:
      return from_24(bits(at, 3));
    case SampleFormat::kInt32:
      // The lower 8 bits would make some samples round up to 1.
      return from_24(bits(at, 4) >> 8);
    case SampleFormat::kFloat32:
      break;
  }
  float value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// One loop per format: the choice stands outside it.
HF_RT_INLINE void read_all(float* plane, const unsigned char* at, size_t step_bytes, size_t count,
                           SampleFormat format) {
  for (size_t i = 0; i < count; i++, at += step_bytes) plane[i] = sample_at(at, format);
}

}  // namespace

HF_RT_TEXT void to_plane(float* plane, const unsigned char* samples, size_t step_bytes,
                         size_t count, SampleFormat format) HF_REALTIME {
  switch (format) {
    case SampleFormat::kInt16:
      return read_all(plane, samples, step_bytes, count, SampleFormat::kInt16);
    case SampleFormat::kInt24:
      return read_all(plane, samples, step_bytes, count, SampleFormat::kInt24);
    case SampleFormat::kInt24Packed:
      return read_all(plane, samples, step_bytes, count, SampleFormat::kInt24Packed);
    case SampleFormat::kInt32:
      return read_all(plane, samples, step_bytes, count, SampleFormat::kInt32);
    case SampleFormat::kFloat32:
      return read_all(plane, samples, step_bytes, count, SampleFormat::kFloat32);
  }
}

}  // namespace holdfast::audio
