// SPDX-License-Identifier: MIT
#include "core/fleet_comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace holdfast {
namespace {

constexpr double kPower = 0.8;

EventCount glitch_count(const FleetBucket& sum) {
  return {sum.glitches, sum.hours};
}

FleetBucket minus(const FleetBucket& sum, const FleetBucket& bucket) {
  return {sum.sessions - bucket.sessions, sum.glitched - bucket.glitched,
          sum.glitches - bucket.glitches, sum.hours - bucket.hours};
}

FleetBucket bucket_at(const FleetBuckets& buckets, size_t place) {
  return place < buckets.size() ? buckets[place] : FleetBucket();
}

/// The logarithm of the ratio without each bucket; empty when one of them takes all glitches of a
/// part with it.
std::vector<double> logs_without_each(const FleetBuckets& part, const FleetBuckets& reference) {
  const FleetBucket part_sum = sum_of(part);
  const FleetBucket reference_sum = sum_of(reference);
  std::vector<double> logs;
  for (size_t i = 0; i < std::max(part.size(), reference.size()); ++i) {
    const FleetBucket one = bucket_at(part, i);
    const FleetBucket other = bucket_at(reference, i);
    if (one.sessions + other.sessions <= 0) continue;
    const double ratio =
        ratio_of(glitch_count(minus(part_sum, one)), glitch_count(minus(reference_sum, other)));
    const double log_ratio = std::log(ratio);
    if (!std::isfinite(log_ratio)) return {};
    logs.push_back(log_ratio);
  }
  return logs;
}

/// How many sessions both parts need together, divided as they are now.
double needed_sessions(const FleetBucket& part, const FleetBucket& reference, double design_effect,
                       double error, double sought) {
  const double all = part.sessions + reference.sessions;
  const double hours = part.hours + reference.hours;
  const double rate = (part.glitches + reference.glitches) / hours;
  // Per session of all: how many glitches each part would have if the ratio were the one sought and
  // the rate of all were this one.
  const double base = rate * hours / (reference.hours + sought * part.hours);
  const double reference_events = base * reference.hours / all;
  const double part_events = base * sought * part.hours / all;
  const double quantiles = normal_tail_quantile(error / 2) + normal_tail_quantile(1 - kPower);
  const double log_sought = std::log(sought);
  return quantiles * quantiles / (log_sought * log_sought) * design_effect *
         (1 / reference_events + 1 / part_events);
}

}  // namespace

FleetComparison compare(const FleetBuckets& part, const FleetBuckets& reference, double error,
                        double sought) {
  const FleetBucket one = sum_of(part);
  const FleetBucket other = sum_of(reference);
  FleetComparison result;
  result.ratio.value = ratio_of(glitch_count(one), glitch_count(other));
  if (one.hours <= 0 || other.hours <= 0) return result;
  const std::vector<double> logs = logs_without_each(part, reference);
  double design_effect = 1;
  if (logs.size() >= 2) {
    const double log_ratio = std::log(result.ratio.value);
    result.ratio = jackknife_estimate(log_ratio, logs, error);
    const double variance = jackknife_variance(log_ratio, logs);
    const double degrees = static_cast<double>(logs.size()) - 1;
    result.p_value =
        std::min(1.0, 2 * student_tail(std::abs(log_ratio) / std::sqrt(variance), degrees));
    design_effect = std::max(1.0, variance / (1 / one.glitches + 1 / other.glitches));
  } else {
    result.ratio.interval = ratio_interval(glitch_count(one), glitch_count(other), error);
    result.p_value = ratio_p_value(glitch_count(one), glitch_count(other));
  }
  if (one.glitches + other.glitches > 0 && sought > 0 && sought != 1) {
    const double needed = needed_sessions(one, other, design_effect, error, sought);
    result.more_sessions = std::max(0.0, needed - one.sessions - other.sessions);
  }
  return result;
}

std::vector<double> holm_adjusted(const std::vector<double>& p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double least = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const auto left = static_cast<double>(order.size() - rank);
    least = std::max(least, std::min(1.0, left * p_values[order[rank]]));
    adjusted[order[rank]] = least;
  }
  return adjusted;
}

}  // namespace holdfast
