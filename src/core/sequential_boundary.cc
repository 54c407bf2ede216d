// SPDX-License-Identifier: MIT
#include "core/sequential_boundary.h"

#include <algorithm>
#include <cmath>

#include "core/distributions.h"

namespace holdfast {
namespace {

constexpr double kFarthest = 8;  ///< Beyond it, the tail of the normal distribution is rounding.
constexpr int kGridSteps = 160;  ///< Even, for Simpson's rule; four digits of a boundary.
constexpr double kRootOfTwoPi = 2.5066282746310002;

/// What one side may have spent by `time`.
double spent(double time, double side_error) {
  return 2 * normal_tail(normal_tail_quantile(side_error / 2) / std::sqrt(time));
}

/// The density of the score of those experiments that have not stopped yet, with Simpson's weights.
struct Density {
  std::vector<double> score;
  std::vector<double> mass;

  /// Probability to lie above `limit` after `variance` more.
  [[nodiscard]] double above(double limit, double variance) const {
    const double deviation = std::sqrt(variance);
    double sum = 0;
    for (size_t i = 0; i < score.size(); ++i) {
      sum += mass[i] * normal_tail((limit - score[i]) / deviation);
    }
    return sum;
  }

  /// After `variance` more, cut off at `limit` on both sides.
  [[nodiscard]] Density moved(double limit, double variance) const {
    Density next;
    const double deviation = std::sqrt(variance);
    const double step = 2 * limit / kGridSteps;
    for (int i = 0; i <= kGridSteps; ++i) {
      const double at = -limit + i * step;
      double density = 0;
      for (size_t j = 0; j < score.size(); ++j) {
        const double z = (at - score[j]) / deviation;
        density += mass[j] * std::exp(-z * z / 2);
      }
      const bool is_end = i == 0 || i == kGridSteps;
      const double weight = is_end ? 1 : (i % 2 == 1 ? 4 : 2);
      next.score.push_back(at);
      next.mass.push_back(density / (deviation * kRootOfTwoPi) * weight * step / 3);
    }
    return next;
  }
};

/// The limit above which lies exactly `wanted`.
double limit_for(const Density& density, double variance, double wanted, double farthest) {
  double low = 0;
  double high = farthest;
  if (density.above(high, variance) > wanted) return high;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (density.above(middle, variance) > wanted ? low : high) = middle;
  }
  return high;
}

}  // namespace

std::vector<double> sequential_boundaries(const std::vector<double>& information, double error) {
  std::vector<double> boundaries;
  Density density{{0}, {1}};
  double time_before = 0;
  double spent_before = 0;
  for (const double time : information) {
    const double variance = time - time_before;
    const double spent_now = spent(time, error / 2);
    const double farthest = kFarthest * std::sqrt(time);
    const double limit = limit_for(density, variance, spent_now - spent_before, farthest);
    boundaries.push_back(limit / std::sqrt(time));
    density = density.moved(limit, variance);
    time_before = time;
    spent_before = spent_now;
  }
  return boundaries;
}

std::vector<double> sequential_errors(int looks, double error) {
  std::vector<double> information;
  for (int i = 1; i <= looks; ++i) {
    information.push_back(static_cast<double>(i) / static_cast<double>(looks));
  }
  std::vector<double> errors = sequential_boundaries(information, error);
  for (double& value : errors) value = 2 * normal_tail(value);
  return errors;
}

}  // namespace holdfast
