// SPDX-License-Identifier: MIT
#include "core/event_rate.h"

#include <algorithm>
#include <cmath>

namespace holdfast {
namespace {

/// What is left of `error` on each side once the quantile is Student's: the tail that a normal
/// quantile of the same size leaves.
double side_error(double error, const Dispersion& dispersion) {
  return normal_tail(student_tail_quantile(error / 2, dispersion.degrees));
}

Interval hull(const Interval& a, const Interval& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

double odds(double share) {
  return share < 1 ? share / (1 - share) : std::numeric_limits<double>::infinity();
}

Interval one_rate_interval(const EventCount& count, double error, const Dispersion& dispersion) {
  const double events = count.events / dispersion.factor;
  const double time = count.time / dispersion.factor;
  const double side = side_error(error, dispersion);
  return {gamma_quantile(events, side) / time, gamma_tail_quantile(events + 1, side) / time};
}

Interval one_ratio_interval(const EventCount& treated, const EventCount& reference, double error,
                            const Dispersion& dispersion) {
  const double a = treated.events / dispersion.factor;
  const double b = reference.events / dispersion.factor;
  const double side = side_error(error, dispersion);
  const double times = reference.time / treated.time;
  return {odds(beta_quantile(a, b + 1, side)) * times,
          odds(beta_tail_quantile(a + 1, b, side)) * times};
}

double one_p_value(const EventCount& treated, const EventCount& reference,
                   const Dispersion& dispersion) {
  const double a = treated.events / dispersion.factor;
  const double b = reference.events / dispersion.factor;
  const double share = treated.time / (treated.time + reference.time);
  const double as_few = beta_probability(b, a + 1, 1 - share);
  const double as_many = beta_probability(a, b + 1, share);
  const double tail = std::min({as_few, as_many, 0.5});
  return std::min(1.0, 2 * student_tail(normal_tail_quantile(tail), dispersion.degrees));
}

/// Poisson's law needs no second opinion.
bool is_plain(const Dispersion& dispersion) {
  return dispersion.factor == 1 && std::isinf(dispersion.degrees);
}

}  // namespace

Interval rate_interval(const EventCount& count, double error, const Dispersion& dispersion) {
  if (count.time <= 0) return {};
  const Interval plain = one_rate_interval(count, error, {});
  return is_plain(dispersion) ? plain : hull(plain, one_rate_interval(count, error, dispersion));
}

Interval ratio_interval(const EventCount& treated, const EventCount& reference, double error,
                        const Dispersion& dispersion) {
  if (treated.time <= 0 || reference.time <= 0) return {};
  const Interval plain = one_ratio_interval(treated, reference, error, {});
  if (is_plain(dispersion)) return plain;
  return hull(plain, one_ratio_interval(treated, reference, error, dispersion));
}

double ratio_of(const EventCount& treated, const EventCount& reference) {
  return treated.rate() / reference.rate();
}

double ratio_p_value(const EventCount& treated, const EventCount& reference,
                     const Dispersion& dispersion) {
  if (treated.time <= 0 || reference.time <= 0) return 1;
  return std::max(one_p_value(treated, reference, {}), one_p_value(treated, reference, dispersion));
}

}  // namespace holdfast
