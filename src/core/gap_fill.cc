// SPDX-License-Identifier: MIT
#include "core/gap_fill.h"

#include <algorithm>

namespace holdfast {
namespace {

constexpr Nanos kFade = kMillisecond * 5;

/// How much of the frame before, and of the frame after, is heard at frame `at` of the gap.
struct Weights {
  float before = 0;
  float after = 0;
};

Weights crossfade_at(int64_t at, int64_t length, int64_t fade) {
  // Frame `at` is `at + 1` steps from the last recorded frame, and `length - at` from the next.
  const auto share = [fade](int64_t steps) {
    const float rest = 1.0F - static_cast<float>(steps) / static_cast<float>(fade + 1);
    return std::max(rest, 0.0F);
  };
  return {share(at + 1), share(length - at)};
}

}  // namespace

std::optional<FillKind> parse_fill_kind(std::string_view name) {
  if (name == "silence") return FillKind::kSilence;
  if (name == "hold") return FillKind::kHold;
  if (name == "crossfade") return FillKind::kCrossfade;
  return std::nullopt;
}

void fill_gap(FillKind kind, const GapEdges& gap, int64_t rate_hz, Frames from,
              std::span<float> target) {
  const size_t channels = gap.before.size();
  // Where both fades overlap, as in a gap shorter than one, they add up to one line between them.
  const int64_t fade = std::min(gap.length.count, frames_in(kFade, rate_hz).count);
  const int64_t half = gap.length.count <= fade ? fade : std::min(fade, gap.length.count / 2);
  int64_t at = from.count;
  for (size_t i = 0; i + channels <= target.size(); i += channels, at++) {
    Weights weights;
    if (kind == FillKind::kHold) weights = {1, 0};
    if (kind == FillKind::kCrossfade) weights = crossfade_at(at, gap.length.count, half);
    for (size_t channel = 0; channel < channels; channel++) {
      target[i + channel] =
          weights.before * gap.before[channel] + weights.after * gap.after[channel];
    }
  }
}

}  // namespace holdfast
