// SPDX-License-Identifier: MIT
// Distribution of a duration in constant memory: 32 linear steps per power of two, so that every
// percentile is within 3.2 % of the truth from nanoseconds to hours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/quantity.h"

namespace holdfast {

/// Counts durations; negative ones (an early wake-up) count as 0.
class LatenessHistogram {
 public:
  void add(Nanos duration);
  void add(const LatenessHistogram& other);

  [[nodiscard]] int64_t count() const { return count_; }
  [[nodiscard]] Nanos maximum() const { return maximum_; }
  /// The duration that `fraction` (0 to 1) of all counted ones do not exceed; upper edge of its
  /// step, never above maximum(). 0 when nothing was counted.
  [[nodiscard]] Nanos percentile(double fraction) const;

  friend bool operator==(const LatenessHistogram&, const LatenessHistogram&) = default;

 private:
  static constexpr int kStepBits = 5;
  static constexpr int kSteps = 1 << kStepBits;
  static constexpr int kPowers = 48;  // up to 2^52 ns, 52 days
  static size_t step_of(int64_t ns);
  static int64_t upper_edge(size_t step);

  std::array<int64_t, static_cast<size_t>(kSteps)* kPowers> steps_ = {};
  int64_t count_ = 0;
  Nanos maximum_;
};

}  // namespace holdfast
