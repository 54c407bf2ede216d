// SPDX-License-Identifier: MIT
#include "core/experiment_power.h"

#include <cmath>
#include <limits>

#include "core/distributions.h"

namespace holdfast {
namespace {

/// rate * time * (1 - sqrt(ratio))^2 must be this much. The variance of sqrt(X) is 1/4 for each
/// arm.
double information(const PowerWish& wish) {
  const double z = normal_tail_quantile(wish.error / 2) + normal_tail_quantile(1 - wish.power);
  return wish.dispersion * z * z / 2;
}

double distance(double ratio) {
  const double root = 1 - std::sqrt(ratio);
  return root * root;
}

}  // namespace

double time_needed(double reference_rate, double ratio, const PowerWish& wish) {
  const double scale = reference_rate * distance(ratio);
  return scale > 0 ? information(wish) / scale : std::numeric_limits<double>::infinity();
}

std::optional<double> detectable_ratio(double reference_rate, double time, const PowerWish& wish) {
  const double root = 1 - std::sqrt(information(wish) / (reference_rate * time));
  if (!(root >= 0)) return std::nullopt;
  return root * root;
}

double rate_needed(double time, double ratio, const PowerWish& wish) {
  return time_needed(time, ratio, wish);
}

}  // namespace holdfast
