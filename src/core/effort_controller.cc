// SPDX-License-Identifier: MIT
#include "core/effort_controller.h"

#include <algorithm>
#include <cmath>

namespace holdfast {
namespace {

/// Twice in a row far off on the same side, most of what is missing is corrected at once; else a
/// part of it, so that the noise of single readings (5 % for stalls, now and then much more) is not
/// handed on. Chosen by simulation, with the noise and the drift that were measured.
constexpr double kFarGain = 0.8;
constexpr double kNearGain = 0.4;
constexpr double kFar = 0.25;
/// One reading may be anything, such as 0 while memory fills up: no step beyond this factor.
constexpr double kLargestStep = 3;
constexpr int kCertainReadings = 10;
constexpr double kTooLow = 0.9;

}  // namespace

EffortController::EffortController(double target, const EffortRange& range)
    : target_(target), range_(range), effort_(std::clamp(range.first, range.least, range.most)) {}

double EffortController::next(double actual) {
  note_full_effort(actual);
  const double missing = actual > 0 ? target_ / actual : kLargestStep * kLargestStep;
  const int side = missing > 1 + kFar ? 1 : (missing < 1 - kFar ? -1 : 0);
  const bool is_far = side != 0 && (side == last_side_ || is_first_);
  const double gain = is_far ? kFarGain : kNearGain;
  last_side_ = side;
  is_first_ = false;
  const double step = std::clamp(std::pow(missing, gain), 1 / kLargestStep, kLargestStep);
  effort_ = std::clamp(effort_ * step, range_.least, range_.most);
  return effort_;
}

void EffortController::aim(double target) {
  effort_ = std::clamp(effort_ * target / target_, range_.least, range_.most);
  target_ = target;
  full_readings_ = 0;
  is_first_ = true;
}

void EffortController::note_full_effort(double actual) {
  const bool is_out_of_reach = effort_ >= range_.most && actual < kTooLow * target_;
  if (!is_out_of_reach) {
    full_readings_ = 0;
    return;
  }
  ++full_readings_;
  const int weight = std::min(full_readings_, kCertainReadings);
  if (full_readings_ == 1) full_mean_ = actual;
  full_mean_ += (actual - full_mean_) / weight;
}

std::optional<double> EffortController::reachable() const {
  if (full_readings_ < kCertainReadings) return std::nullopt;
  return full_mean_;
}

}  // namespace holdfast
