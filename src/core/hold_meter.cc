// SPDX-License-Identifier: MIT
#include "core/hold_meter.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace holdfast {
namespace {

constexpr Nanos kWindow = kSecond * 10;

}  // namespace

void HoldMeter::add(Nanos now, double actual) {
  window_.emplace_back(now, actual);
  while (window_.front().first <= now - kWindow) window_.pop_front();
  count(actual);
  if (const auto median = window_median(now)) note_window(now, *median);
}

std::optional<double> HoldMeter::window_median(Nanos now) const {
  if (now - begin_ < kWindow) return std::nullopt;
  std::vector<double> values;
  for (const auto& [time, value] : window_) values.push_back(value);
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void HoldMeter::note_window(Nanos now, double median) {
  const double distance = std::abs(median - target_) / target_;
  const bool is_within = distance <= kHoldTolerance;
  if (!result_.settled_after) {
    if (!is_within) return;
    result_.settled_after = now - begin_;
    readings_ = 0;
    sum_ = sum_of_squares_ = 0;
    for (const auto& [time, value] : window_) count(value);
  }
  ++result_.windows;
  if (is_within) ++result_.windows_within;
  result_.worst_share = std::max(result_.worst_share, distance);
}

void HoldMeter::count(double actual) {
  ++readings_;
  sum_ += actual;
  sum_of_squares_ += actual * actual;
}

HoldResult HoldMeter::result() const {
  HoldResult result = result_;
  if (readings_ == 0) return result;
  result.readings = readings_;
  const auto n = static_cast<double>(readings_);
  result.mean = sum_ / n;
  const double variance = std::max(0.0, sum_of_squares_ / n - result.mean * result.mean);
  if (result.mean > 0) result.variation = std::sqrt(variance) / result.mean;
  return result;
}

}  // namespace holdfast
