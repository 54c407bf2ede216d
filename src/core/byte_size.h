// SPDX-License-Identifier: MIT
// Amounts of memory as people write them. Units are powers of 1024, as in every memory limit of
// Linux.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast {

inline constexpr int64_t kKibibyte = 1024;
inline constexpr int64_t kMebibyte = kKibibyte * kKibibyte;

/// "64M", "1.5G", "512KiB", "4096": a number, then nothing, K, M, G or T, then nothing, B or iB, in
/// either case. Errors: kUsage when it is none of these, is not above 0, or is above 2^62.
Result<int64_t> parse_byte_size(std::string_view text);

/// "8.0 MiB", "512 B": for reading; print the bytes beside it where they matter.
std::string format_byte_size(int64_t size_bytes);

}  // namespace holdfast
