// SPDX-License-Identifier: MIT
// Two parts of a fleet compared: locked against not, a new version against the one before. Says how
// much more is needed where it cannot tell yet, so that nobody reads "no difference" into "too
// few".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/fleet_rate.h"

namespace holdfast {

/// The rate of glitches in one part over that in another.
struct FleetComparison {
  FleetEstimate ratio;  ///< Infinite without a glitch in the reference; NaN without any.
  double p_value = 1;   ///< Of a difference this large, either way, when there is none.
  /// How many sessions more, in both parts together, until a ratio such as the one asked for would
  /// be seen with 80 % power; 0 when there are enough. Nothing when no glitch tells how rare they
  /// are.
  std::optional<double> more_sessions;
};

/// The same bucket at the same place of both lists: users with sessions in both parts are one
/// group. By users where in each part at least two buckets had a glitch, else exact, by the
/// conditional binomial (core/event_rate). `sought`: the ratio that one would want to see, not 1.
/// The variance of the logarithm of a ratio is 1 / e0 + 1 / e1 (B. Woolf, Annals of Human Genetics
/// 19, 1955), times what the scatter between users adds; power by the normal approximation.
FleetComparison compare(const FleetBuckets& part, const FleetBuckets& reference, double error,
                        double sought = 0.5);

/// Several parts against one reference: p values that allow for their number, in the same order
/// (S. Holm, Scandinavian Journal of Statistics 6, 1979).
std::vector<double> holm_adjusted(const std::vector<double>& p_values);

}  // namespace holdfast
