// SPDX-License-Identifier: MIT
#include "core/sample_encoding.h"

#include <bit>
#include <cmath>

namespace holdfast {
namespace {

constexpr SampleEncoding kAll[] = {SampleEncoding::kInt16, SampleEncoding::kInt24,
                                   SampleEncoding::kInt32, SampleEncoding::kFloat32};

/// Nearest integer of `bits` bits, ties away from zero. Doubles hold every product exactly.
template <int Bits>
uint32_t quantised(float sample) {
  constexpr double kScale = static_cast<double>(int64_t{1} << (Bits - 1));
  const double scaled = static_cast<double>(sample) * kScale;
  if (scaled >= kScale - 1) return static_cast<uint32_t>((int64_t{1} << (Bits - 1)) - 1);
  if (scaled <= -kScale) return static_cast<uint32_t>(-(int64_t{1} << (Bits - 1)));
  if (std::isnan(scaled)) return 0;
  return static_cast<uint32_t>(static_cast<int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5)));
}

template <size_t Size>
std::byte* put(std::byte* target, uint32_t value) {
  for (size_t i = 0; i < Size; i++) target[i] = static_cast<std::byte>(value >> (8 * i));
  return target + Size;
}

}  // namespace

size_t sample_bytes(SampleEncoding encoding) {
  if (encoding == SampleEncoding::kInt16) return 2;
  return encoding == SampleEncoding::kInt24 ? 3 : 4;
}

std::string_view name_of(SampleEncoding encoding) {
  switch (encoding) {
    case SampleEncoding::kInt16:
      return "16";
    case SampleEncoding::kInt24:
      return "24";
    case SampleEncoding::kInt32:
      return "32";
    case SampleEncoding::kFloat32:
      return "float";
  }
  return "";
}

std::optional<SampleEncoding> parse_sample_encoding(std::string_view name) {
  for (const SampleEncoding encoding : kAll) {
    if (name_of(encoding) == name) return encoding;
  }
  return std::nullopt;
}

std::byte* encode(std::span<const float> samples, SampleEncoding encoding, std::byte* target) {
  switch (encoding) {
    case SampleEncoding::kInt16:
      for (const float sample : samples) target = put<2>(target, quantised<16>(sample));
      break;
    case SampleEncoding::kInt24:
      for (const float sample : samples) target = put<3>(target, quantised<24>(sample));
      break;
    case SampleEncoding::kInt32:
      for (const float sample : samples) target = put<4>(target, quantised<32>(sample));
      break;
    case SampleEncoding::kFloat32:
      for (const float sample : samples) target = put<4>(target, std::bit_cast<uint32_t>(sample));
      break;
  }
  return target;
}

}  // namespace holdfast
