// SPDX-License-Identifier: MIT
// The few distributions that the statistics of experiments need: one file that knows Boost.Math, so
// that it is compiled once. All take and give probabilities; none fails: what is out of range gives
// the limit.
#pragma once

#include <limits>

namespace holdfast {

/// As degrees of freedom: Student's distribution is the normal one.
inline constexpr double kManyDegrees = std::numeric_limits<double>::infinity();

/// P(Z > z), standard normal.
double normal_tail(double z);
/// The z with P(Z > z) = `tail`; infinity for 0.
double normal_tail_quantile(double tail);

/// P(T > t), Student's with any positive degrees of freedom; without any, 0.5: nothing is known.
double student_tail(double t, double degrees);
/// The t with P(T > t) = `tail`, up to 0.5; infinity for 0 and for no degrees of freedom.
double student_tail_quantile(double tail, double degrees);

/// The x with P(X <= x) = `probability`, gamma of scale 1: half a chi-squared quantile with
/// 2 `shape` degrees of freedom. 0 for shape 0.
double gamma_quantile(double shape, double probability);
/// The x with P(X > x) = `tail`.
double gamma_tail_quantile(double shape, double tail);

/// P(X <= x), beta. A point at 0 when a is 0, at 1 when b is 0.
double beta_probability(double a, double b, double x);
/// The x with P(X <= x) = `probability`.
double beta_quantile(double a, double b, double probability);
/// The x with P(X > x) = `tail`.
double beta_tail_quantile(double a, double b, double tail);

}  // namespace holdfast
