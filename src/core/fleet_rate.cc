// SPDX-License-Identifier: MIT
#include "core/fleet_rate.h"

#include <algorithm>
#include <cmath>

namespace holdfast {
namespace {

using BucketSum = double FleetBucket::*;

int64_t buckets_with(const FleetBuckets& buckets, BucketSum events) {
  return std::count_if(buckets.begin(), buckets.end(),
                       [events](const FleetBucket& bucket) { return bucket.*events > 0; });
}

/// Of the ratio of two sums.
FleetEstimate ratio_by_users(const FleetBuckets& buckets, BucketSum events, BucketSum base,
                             double error) {
  const FleetBucket sum = sum_of(buckets);
  std::vector<double> without_each;
  for (const FleetBucket& bucket : buckets) {
    if (bucket.sessions <= 0) continue;
    without_each.push_back(std::log((sum.*events - bucket.*events) / (sum.*base - bucket.*base)));
  }
  return jackknife_estimate(std::log(sum.*events / sum.*base), without_each, error);
}

}  // namespace

FleetBucket& FleetBucket::operator+=(const FleetBucket& other) {
  sessions += other.sessions;
  glitched += other.glitched;
  glitches += other.glitches;
  hours += other.hours;
  return *this;
}

FleetBucket sum_of(const FleetBuckets& buckets) {
  FleetBucket sum;
  for (const FleetBucket& bucket : buckets) sum += bucket;
  return sum;
}

FleetEstimate glitched_share(const FleetBuckets& buckets, double error) {
  const FleetBucket sum = sum_of(buckets);
  if (sum.sessions <= 0) return {0, {0, 1}, IntervalBasis::kSessions};
  if (buckets_with(buckets, &FleetBucket::glitched) >= 2) {
    FleetEstimate share =
        ratio_by_users(buckets, &FleetBucket::glitched, &FleetBucket::sessions, error);
    share.interval.high = std::min(share.interval.high, 1.0);
    return share;
  }
  const double clean = sum.sessions - sum.glitched;
  const Interval exact = {beta_quantile(sum.glitched, clean + 1, error / 2),
                          beta_tail_quantile(sum.glitched + 1, clean, error / 2)};
  return {sum.glitched / sum.sessions, exact, IntervalBasis::kSessions};
}

FleetEstimate glitches_per_hour(const FleetBuckets& buckets, double error) {
  const FleetBucket sum = sum_of(buckets);
  if (sum.hours <= 0) return {};
  if (buckets_with(buckets, &FleetBucket::glitches) >= 2) {
    return ratio_by_users(buckets, &FleetBucket::glitches, &FleetBucket::hours, error);
  }
  const EventCount count = {sum.glitches, sum.hours};
  return {count.rate(), rate_interval(count, error), IntervalBasis::kSessions};
}

}  // namespace holdfast
