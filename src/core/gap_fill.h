// SPDX-License-Identifier: MIT
// What stands in a recording where frames are missing. Recorded samples are never touched: whatever
// fades, fades inside the gap.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/quantity.h"

namespace holdfast {

enum class FillKind {
  kSilence,    ///< Exact zeros.
  kHold,       ///< The last frame before the gap, again and again.
  kCrossfade,  ///< The last frame fades out, the next one in, each over 5 ms or half the gap.
};

/// "silence", "hold", "crossfade".
std::optional<FillKind> parse_fill_kind(std::string_view name);

/// A gap to be filled, with the frames on both sides of it (one sample per channel).
struct GapEdges {
  Frames length;
  std::span<const float> before;
  std::span<const float> after;
};

/// Writes frames [from, from + n) of the gap to `target`, interleaved; n is what fits in there.
void fill_gap(FillKind kind, const GapEdges& gap, int64_t rate_hz, Frames from,
              std::span<float> target);

}  // namespace holdfast
