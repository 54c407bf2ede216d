// SPDX-License-Identifier: MIT
// The closed loop of `holdfast load`: from how much pressure there is to how hard to press. What a
// given effort does depends on the disk, the memory and everybody else, and changes all the time;
// that more effort gives more pressure is all that is assumed. So the effort is multiplied by what
// is missing, a part of it at a time.
#pragma once

#include <optional>

namespace holdfast {

/// What an effort may be. Its unit is the caller's: a share of time, bytes per second.
struct EffortRange {
  double first = 0.1;  ///< Where to begin.
  double least = 0.001;
  double most = 1;
};

/// Holds one target. Values in, values out; time is counted in readings.
class EffortController {
 public:
  EffortController(double target, const EffortRange& range);

  /// One reading of the actual value under the present effort; the effort to use from now on.
  double next(double actual);

  /// A new target; the effort stays, scaled to it.
  void aim(double target);

  [[nodiscard]] double effort() const { return effort_; }
  [[nodiscard]] double target() const { return target_; }

  /// What all the effort there is gives, once it is certain that the target is out of reach: the
  /// mean of the last ten readings, all of them at full effort and more than 10 % too low.
  [[nodiscard]] std::optional<double> reachable() const;

 private:
  void note_full_effort(double actual);

  double target_;
  EffortRange range_;
  double effort_;
  bool is_first_ = true;   ///< Of this target.
  int last_side_ = 0;      ///< Far too low: 1, far too high: -1.
  int full_readings_ = 0;  ///< In a row, at full effort and too low.
  double full_mean_ = 0;
};

}  // namespace holdfast
