// SPDX-License-Identifier: MIT
// Samples as a file holds them. Inside the program a sample is a float in [-1, 1]; encoding never
// dithers and never scales anything but by a power of two, so that what fits is kept to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace holdfast {

enum class SampleEncoding { kInt16, kInt24, kInt32, kFloat32 };

/// Bytes of one sample.
size_t sample_bytes(SampleEncoding encoding);

/// "16", "24", "32", "float".
std::string_view name_of(SampleEncoding encoding);
std::optional<SampleEncoding> parse_sample_encoding(std::string_view name);

/// Writes all samples to `target`, little-endian; returns the bytes after the last. `target` has
/// room for them. Samples beyond full scale are clipped in the integer encodings, NaN becomes 0.
std::byte* encode(std::span<const float> samples, SampleEncoding encoding, std::byte* target);

}  // namespace holdfast
