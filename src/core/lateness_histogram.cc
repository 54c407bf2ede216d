// SPDX-License-Identifier: MIT
#include "core/lateness_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace holdfast {

void LatenessHistogram::add(Nanos duration) {
  const int64_t ns = std::max<int64_t>(duration.count, 0);
  steps_[step_of(ns)]++;
  count_++;
  maximum_ = std::max(maximum_, Nanos(ns));
}

void LatenessHistogram::add(const LatenessHistogram& other) {
  for (size_t i = 0; i < steps_.size(); i++) steps_[i] += other.steps_[i];
  count_ += other.count_;
  maximum_ = std::max(maximum_, other.maximum_);
}

Nanos LatenessHistogram::percentile(double fraction) const {
  if (count_ == 0) return Nanos(0);
  const auto wanted = static_cast<int64_t>(std::ceil(fraction * static_cast<double>(count_)));
  int64_t seen = 0;
  for (size_t step = 0; step < steps_.size(); step++) {
    seen += steps_[step];
    if (seen >= std::max<int64_t>(wanted, 1)) return std::min(Nanos(upper_edge(step)), maximum_);
  }
  return maximum_;
}

/// Below 32 ns every nanosecond has its step; above, the 5 bits after the leading one decide.
size_t LatenessHistogram::step_of(int64_t ns) {
  if (ns < kSteps) return static_cast<size_t>(ns);
  const auto width = static_cast<int>(std::bit_width(static_cast<uint64_t>(ns)));
  const int power = width - 1 - kStepBits;
  const auto linear = static_cast<size_t>(ns >> power) - kSteps;
  const auto step = static_cast<size_t>(power + 1) * kSteps + linear;
  return std::min(step, static_cast<size_t>(kSteps) * kPowers - 1);
}

int64_t LatenessHistogram::upper_edge(size_t step) {
  if (step < kSteps) return static_cast<int64_t>(step);
  const auto power = static_cast<int>(step / kSteps) - 1;
  const auto linear = static_cast<int64_t>(step % kSteps) + kSteps;
  return ((linear + 1) << power) - 1;
}

}  // namespace holdfast
