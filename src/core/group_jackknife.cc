// SPDX-License-Identifier: MIT
#include "core/group_jackknife.h"

#include <cmath>

namespace holdfast {

double jackknife_variance(double estimate, const std::vector<double>& without_each) {
  const auto groups = static_cast<double>(without_each.size());
  if (groups < 2) return std::numeric_limits<double>::infinity();
  double sum = 0;
  for (const double without : without_each) sum += (without - estimate) * (without - estimate);
  return sum * (groups - 1) / groups;
}

FleetEstimate jackknife_estimate(double log_value, const std::vector<double>& logs_without_each,
                                 double error) {
  const double deviation = std::sqrt(jackknife_variance(log_value, logs_without_each));
  const double degrees = static_cast<double>(logs_without_each.size()) - 1;
  const double half = student_tail_quantile(error / 2, degrees) * deviation;
  return {std::exp(log_value),
          {std::exp(log_value - half), std::exp(log_value + half)},
          IntervalBasis::kUsers};
}

}  // namespace holdfast
