// SPDX-License-Identifier: MIT
// Rates of rare events and their ratio, with intervals that are exact for events that come one by
// one (Poisson). Glitches come in bursts: then a count of n says only as much as n / factor
// independent ones, and the factor is itself an estimate (core/dispersion). Both are taken in here,
// so that a test and its interval always agree.
#pragma once

#include <cstdint>
#include <limits>

#include "core/distributions.h"

namespace holdfast {

/// Events that were counted while one looked, in any unit of time.
struct EventCount {
  double events = 0;
  double time = 0;

  [[nodiscard]] double rate() const { return time > 0 ? events / time : 0; }
};

/// How counts were seen to vary, and how well that is known.
struct Dispersion {
  double factor = 1;              ///< Variance over mean; 1 is Poisson's law. Above 0.
  double degrees = kManyDegrees;  ///< Of freedom, of the estimate.
};

/// From `low` to `high`; high may be infinite.
struct Interval {
  double low = 0;
  double high = std::numeric_limits<double>::infinity();

  [[nodiscard]] bool has(double value) const { return low <= value && value <= high; }
};

/// Holds the true rate with probability 1 - `error` or more. Two intervals in one, so that it is
/// never surer than Poisson's law allows nor than the scatter that was seen: the exact one of
/// F. Garwood ("Fiducial limits for the Poisson distribution", Biometrika 28, 1936), and the same
/// on events / factor with Student's quantile in place of the normal one (P. McCullagh & J. Nelder,
/// "Generalized Linear Models", 2nd ed. 1989, 4.5.2: quasi-likelihood).
Interval rate_interval(const EventCount& count, double error, const Dispersion& dispersion = {});

/// Rate of `treated` over rate of `reference`: given the sum of both counts, one of them is
/// binomial (J. Przyborowski & H. Wilenski, Biometrika 31, 1940); its limits are those of
/// C. Clopper & E. Pearson (Biometrika 26, 1934). Dispersion as in rate_interval().
Interval ratio_interval(const EventCount& treated, const EventCount& reference, double error,
                        const Dispersion& dispersion = {});

/// The estimate of that ratio: infinite without an event in the reference, NaN without any.
double ratio_of(const EventCount& treated, const EventCount& reference);

/// How probable a difference this large is, either way, when both rates are the same: twice the
/// smaller tail of the same binomial. Below `error` exactly where ratio_interval() excludes 1.
double ratio_p_value(const EventCount& treated, const EventCount& reference,
                     const Dispersion& dispersion = {});

}  // namespace holdfast
