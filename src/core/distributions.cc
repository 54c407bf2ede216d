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
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  const double half = math::ibeta(degrees / 2, 0.5, degrees / (degrees + t * t), Quiet()) / 2;
  return t > 0 ? half : 1 - half;
}

double student_tail_quantile(double tail, double degrees) {
  if (std::isinf(degrees)) return normal_tail_quantile(tail);
  if (tail < kLeastTail || degrees <= 0) return kInfinity;
  double rest = 0;
  const double x = math::ibeta_inv(degrees / 2, 0.5, 2 * tail, &rest, Quiet());
  return x > 0 ? std::sqrt(degrees * rest / x) : kInfinity;
}

double gamma_quantile(double shape, double probability) {
  if (shape <= 0 || probability <= 0) return 0;
  return math::gamma_p_inv(shape, probability, Quiet());
}

double gamma_tail_quantile(double shape, double tail) {
  if (shape <= 0) return 0;
  if (tail < kLeastTail) return kInfinity;
  return math::gamma_q_inv(shape, tail, Quiet());
}

double beta_probability(double a, double b, double x) {
  if (a <= 0) return 1;
  if (b <= 0) return x < 1 ? 0 : 1;
  return math::ibeta(a, b, x, Quiet());
}

double beta_quantile(double a, double b, double probability) {
  if (a <= 0 || probability < kLeastTail) return 0;
  if (b <= 0) return 1;
  return math::ibeta_inv(a, b, probability, Quiet());
}

double beta_tail_quantile(double a, double b, double tail) {
  if (a <= 0) return 0;
  if (b <= 0 || tail < kLeastTail) return 1;
  return math::ibetac_inv(a, b, tail, Quiet());
}

}  // namespace holdfast
