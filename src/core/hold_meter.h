// SPDX-License-Identifier: MIT
// How well a target was held. One reading says little, so the judgement is on windows of 10 s: the
// target is held in a window when the median of its readings is within 10 % of it.
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "base/quantity.h"

namespace holdfast {

/// How far off a target may be and still count as held.
inline constexpr double kHoldTolerance = 0.1;

/// What the windows said.
struct HoldResult {
  std::optional<Nanos> settled_after;  ///< End of the first window within; none: never reached.
  int64_t windows = 0;                 ///< From then on; one ends at each reading.
  int64_t windows_within = 0;
  double worst_share = 0;  ///< The largest distance of a median from the target, as a share of it.
  double mean = 0;         ///< Of the readings from then on (without a settling: of all).
  double variation = 0;    ///< Their standard deviation over their mean.
  int64_t readings = 0;    ///< So many; without any, mean and variation are not known.

  [[nodiscard]] bool is_held() const { return settled_after && windows_within == windows; }
};

/// Judges a stream of readings of one target.
class HoldMeter {
 public:
  HoldMeter(double target, Nanos begin) : target_(target), begin_(begin) {}

  void add(Nanos now, double actual);
  [[nodiscard]] HoldResult result() const;

 private:
  [[nodiscard]] std::optional<double> window_median(Nanos now) const;
  void note_window(Nanos now, double median);
  void count(double actual);

  double target_;
  Nanos begin_;
  std::deque<std::pair<Nanos, double>> window_;
  HoldResult result_;
  int64_t readings_ = 0;
  double sum_ = 0;
  double sum_of_squares_ = 0;
};

}  // namespace holdfast
