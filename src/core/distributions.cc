// SPDX-License-Identifier: MIT
#include "core/distributions.h"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace holdfast {
namespace {

namespace math = boost::math;

/// Nothing is thrown: an overflow is an infinity, as everywhere in floating point. Promotion to
/// long double would cost time and give digits that nobody reads.
using Quiet =
    math::policies::policy<math::policies::domain_error<math::policies::ignore_error>,
                           math::policies::pole_error<math::policies::ignore_error>,
                           math::policies::overflow_error<math::policies::ignore_error>,
                           math::policies::evaluation_error<math::policies::ignore_error>,
                           math::policies::rounding_error<math::policies::ignore_error>,
                           math::policies::indeterminate_result_error<math::policies::ignore_error>,
                           math::policies::promote_double<false>>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRootOfTwo = 1.4142135623730951;
/// Smaller ones give quantiles that no sample of ours could reach.
constexpr double kLeastTail = 1e-290;
/// Ends of the search: e^-460 and e^460 lie outside of everything that can be told apart.
constexpr double kFarthestLog = 460;
constexpr int kHalvings = 56;

/// The logarithm at which the rising `is_above` becomes true. Boost's own inverses are faster, but
/// far out in a tail they fail an assertion of theirs (1.74), which would end the program.
template <class IsAbove>
double log_where(const IsAbove& is_above, double low, double high) {
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (is_above(middle) ? high : low) = middle;
  }
  return (low + high) / 2;
}

/// 0 and infinity at the ends of the search.
template <class IsAbove>
double positive_where(const IsAbove& is_above) {
  const double at =
      log_where([&](double x) { return is_above(std::exp(x)); }, -kFarthestLog, kFarthestLog);
  if (at < 1 - kFarthestLog) return 0;
  return at > kFarthestLog - 1 ? kInfinity : std::exp(at);
}

/// Between 0 and 1, by its log odds: both ends are reached exactly as well as the middle.
template <class IsAbove>
double share_where(const IsAbove& is_above) {
  const double at = log_where([&](double x) { return is_above(1 / (1 + std::exp(-x))); },
                              -kFarthestLog, kFarthestLog);
  if (at < 1 - kFarthestLog) return 0;
  return 1 / (1 + std::exp(-at));
}

}  // namespace

double normal_tail(double z) {
  return std::erfc(z / kRootOfTwo) / 2;
}

double normal_tail_quantile(double tail) {
  if (tail < kLeastTail) return kInfinity;
  if (tail > 1 - 1e-16) return -kInfinity;
  return kRootOfTwo * math::erfc_inv(2 * tail, Quiet());
}

double student_tail(double t, double degrees) {
  if (std::isinf(degrees)) return normal_tail(t);
  if (degrees <= 0) return 0.5;
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  const double half = math::ibeta(degrees / 2, 0.5, degrees / (degrees + t * t), Quiet()) / 2;
  return t > 0 ? half : 1 - half;
}

double student_tail_quantile(double tail, double degrees) {
  if (std::isinf(degrees)) return normal_tail_quantile(tail);
  if (tail < kLeastTail || degrees <= 0) return kInfinity;
  return positive_where([&](double t) { return student_tail(t, degrees) < tail; });
}

double gamma_quantile(double shape, double probability) {
  if (shape <= 0 || probability <= 0) return 0;
  return positive_where([&](double x) { return math::gamma_p(shape, x, Quiet()) > probability; });
}

double gamma_tail_quantile(double shape, double tail) {
  if (shape <= 0) return 0;
  if (tail < kLeastTail) return kInfinity;
  return positive_where([&](double x) { return math::gamma_q(shape, x, Quiet()) < tail; });
}

double beta_probability(double a, double b, double x) {
  if (a <= 0) return 1;
  if (b <= 0) return x < 1 ? 0 : 1;
  return math::ibeta(a, b, x, Quiet());
}

double beta_quantile(double a, double b, double probability) {
  if (a <= 0 || probability < kLeastTail) return 0;
  if (b <= 0) return 1;
  return share_where([&](double x) { return math::ibeta(a, b, x, Quiet()) > probability; });
}

double beta_tail_quantile(double a, double b, double tail) {
  if (a <= 0) return 0;
  if (b <= 0 || tail < kLeastTail) return 1;
  return share_where([&](double x) { return math::ibetac(a, b, x, Quiet()) < tail; });
}

}  // namespace holdfast
