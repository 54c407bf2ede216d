// SPDX-License-Identifier: MIT
// How often sessions of a fleet glitch: "1 of N sessions", and glitches per hour.
#pragma once

#include <vector>

#include "core/group_jackknife.h"

namespace holdfast {

/// Sums over the sessions of all installs of one bucket. A clean session counts as often as it
/// stands for others.
struct FleetBucket {
  double sessions = 0;
  double glitched = 0;  ///< Sessions with a glitch.
  double glitches = 0;
  double hours = 0;

  FleetBucket& operator+=(const FleetBucket& other);
  friend bool operator==(const FleetBucket&, const FleetBucket&) = default;
};

/// Of all buckets, in any order; empty ones tell nothing and may be left out.
using FleetBuckets = std::vector<FleetBucket>;

/// All buckets as one.
FleetBucket sum_of(const FleetBuckets& buckets);

/// The share of sessions that glitch; one of 1 / value does. By users where at least two buckets
/// had one, else the exact interval of C. Clopper & E. Pearson (Biometrika 26, 1934), which takes
/// sessions for independent.
FleetEstimate glitched_share(const FleetBuckets& buckets, double error);

/// Glitches per hour; else the exact interval of F. Garwood (Biometrika 28, 1936).
FleetEstimate glitches_per_hour(const FleetBuckets& buckets, double error);

}  // namespace holdfast
