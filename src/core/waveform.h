// SPDX-License-Identifier: MIT
// What a take looks like from far away: the lowest and the highest sample of each of some thousand
// spans of time, over all channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/quantity.h"

namespace holdfast {

/// Made in one pass. One thread.
class Waveform {
 public:
  /// Of a take of `frames` at `rate_hz`; what is added beyond them is left out. A short take has
  /// 1500 spans, which is what its page has room for; a longer one has spans of 100 ms, up to 60000
  /// of them. `channels` and `rate_hz`: at least 1.
  Waveform(Frames frames, int channels, int64_t rate_hz);

  /// The next samples, all channels of a frame after each other; full scale is 1. NaN counts as
  /// silence, and what is beyond eight times full scale as that.
  void add(std::span<const float> interleaved);

  /// The last one may be shorter.
  [[nodiscard]] Frames span() const { return span_; }
  /// Frames that were added.
  [[nodiscard]] Frames length() const { return length_; }
  /// One of each for each span that was begun.
  [[nodiscard]] const std::vector<float>& low() const { return low_; }
  [[nodiscard]] const std::vector<float>& high() const { return high_; }
  /// The largest of them without its sign.
  [[nodiscard]] float peak() const;

 private:
  Frames frames_;
  Frames span_;
  Frames length_;
  size_t channels_;
  std::vector<float> low_;
  std::vector<float> high_;
};

}  // namespace holdfast
