// SPDX-License-Identifier: MIT
// /proc/swaps: where pages go that leave. It decides what it costs to get them back: a copy within
// RAM (zram), or a disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast {

enum class SwapKind : uint8_t { kZram, kPartition, kFile };

/// One line.
struct SwapArea {
  SwapKind kind = SwapKind::kPartition;
  int64_t size_bytes = 0;
  int64_t used_bytes = 0;

  friend bool operator==(const SwapArea&, const SwapArea&) = default;
};

/// The whole file; empty when there is no swap. Errors: kBadData.
Result<std::vector<SwapArea>> parse_swap_areas(std::string_view text);

}  // namespace holdfast
