// SPDX-License-Identifier: MIT
// How late the audio thread was, over the time of a run: the worst lateness of each bucket of time.
// An hour has ten million blocks and a screen two thousand columns; what a picture must not lose is
// the one block that was late, so each bucket keeps its maximum and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/quantity.h"

namespace holdfast {

/// Grows with the run up to `most_buckets`, then halves its resolution. One thread.
class LatenessLine {
 public:
  static constexpr Nanos kFinest = kMillisecond * 5;
  static constexpr size_t kMostBuckets = 1'500'000;
  static constexpr Nanos kUnit = kMicrosecond;  ///< Of the values.

  /// `width` (more than 0) of each bucket at first.
  explicit LatenessLine(Nanos width = kFinest, size_t most_buckets = kMostBuckets)
      : width_(width), most_buckets_(most_buckets) {}

  /// A block or a glitch that was due `since_begin` after the run began; before it: ignored.
  void add(Nanos since_begin, Nanos lateness);

  [[nodiscard]] Nanos width() const { return width_; }
  /// The worst of each bucket in units of kUnit, an early wake as 0; -1 where nothing was due.
  [[nodiscard]] const std::vector<int32_t>& buckets() const { return buckets_; }

 private:
  void halve();

  Nanos width_;
  size_t most_buckets_;
  std::vector<int32_t> buckets_;
};

}  // namespace holdfast
