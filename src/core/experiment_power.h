// SPDX-License-Identifier: MIT
// How long must one count, and what could have been found? Two rates are compared by the square
// roots of their counts, whose variance does not depend on the rate (M. Bartlett, "The square root
// transformation in analysis of variance", 1936). The plain formula of H. Thode ("Power and sample
// size requirements for tests of differences between two Poisson rates", The Statistician 46, 1997)
// follows from it.
#pragma once

#include <optional>

namespace holdfast {

/// The effect whose power is promised: a rate that becomes half as high.
inline constexpr double kHalving = 0.5;

/// What an experiment is to be able to do.
struct PowerWish {
  double error = 0.05;    ///< Two-sided: how often it may see a difference that is not there.
  double power = 0.9;     ///< How often it must see one that is.
  double dispersion = 1;  ///< See Dispersion::factor.
};

/// Time in each of two arms that it takes to find that a rate of `reference_rate` becomes `ratio`
/// times as high; in the unit of 1 / rate. Infinite for ratio 1 or rate 0.
double time_needed(double reference_rate, double ratio, const PowerWish& wish);

/// The ratio nearest to 1 from below that `time` in each of two arms would find; nothing when even
/// 0, no event at all, would not be found.
std::optional<double> detectable_ratio(double reference_rate, double time, const PowerWish& wish);

/// The rate from which on `time` in each arm finds that it becomes `ratio` times as high.
double rate_needed(double time, double ratio, const PowerWish& wish);

}  // namespace holdfast
