// SPDX-License-Identifier: MIT
// How sure a figure of a fleet is, when a few users have most of the glitches. Sessions of one user
// are alike, so intervals that take them for independent are too narrow; users fall into buckets by
// a hash of their install, buckets are independent, and leaving out one at a time shows how much
// the answer hangs on who happened to take part.
#pragma once

#include <vector>

#include "core/event_rate.h"

namespace holdfast {

/// What an interval rests on.
enum class IntervalBasis {
  kUsers,     ///< The scatter between users.
  kSessions,  ///< Too few users had a glitch for that: sessions are taken for independent.
};

/// A figure with its interval.
struct FleetEstimate {
  double value = 0;
  Interval interval;
  IntervalBasis basis = IntervalBasis::kSessions;
};

/// The delete-a-group jackknife (P. Kott, "The Delete-a-Group Jackknife", Journal of Official
/// Statistics 17, 2001): the variance of an estimate from what it is without each group.
double jackknife_variance(double estimate, const std::vector<double>& without_each);

/// exp(`log_value`) with an interval of Student's t with one degree less than there are groups.
FleetEstimate jackknife_estimate(double log_value, const std::vector<double>& logs_without_each,
                                 double error);

}  // namespace holdfast
