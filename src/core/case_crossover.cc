// SPDX-License-Identifier: MIT
#include "core/case_crossover.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace holdfast {
namespace {

constexpr int kMostSteps = 50;
constexpr double kConverged = 1e-9;
/// Beyond, a slope is not estimated but runs away: no glitch was ever seen at low load, or so.
constexpr double kSteepest = 60;

/// A symmetric matrix of two rows.
struct Matrix {
  double aa = 0;
  double ab = 0;
  double bb = 0;

  Matrix& operator+=(const Matrix& other) {
    aa += other.aa;
    ab += other.ab;
    bb += other.bb;
    return *this;
  }
  [[nodiscard]] double determinant() const { return aa * bb - ab * ab; }
  [[nodiscard]] Matrix inverse() const {
    const double d = determinant();
    return {bb / d, -ab / d, aa / d};
  }
  [[nodiscard]] LoadPoint times(const LoadPoint& v) const {
    return {aa * v[0] + ab * v[1], ab * v[0] + bb * v[1]};
  }
};

Matrix square(const LoadPoint& v) {
  return {v[0] * v[0], v[0] * v[1], v[1] * v[1]};
}

LoadPoint difference(const LoadPoint& a, const LoadPoint& b) {
  return {a[0] - b[0], a[1] - b[1]};
}

/// First and second derivative of one set's likelihood.
struct Derivatives {
  LoadPoint score = {};
  Matrix information;
};

/// The moments of load within the set, each second weighted with its rate. Everything is taken from
/// the glitch's own load, so that no exponential overflows where it matters.
Derivatives derivatives(const CrossoverSet& set, const LoadPoint& slope) {
  double weights = 1;
  LoadPoint sum = {};
  Matrix squares;
  for (const LoadPoint& other : set.others) {
    const LoadPoint d = difference(other, set.glitch);
    const double weight = std::exp(std::clamp(slope[0] * d[0] + slope[1] * d[1], -700.0, 700.0));
    weights += weight;
    sum[0] += weight * d[0];
    sum[1] += weight * d[1];
    const Matrix s = square(d);
    squares += {weight * s.aa, weight * s.ab, weight * s.bb};
  }
  const LoadPoint mean = {sum[0] / weights, sum[1] / weights};
  const Matrix m = square(mean);
  return {{-mean[0], -mean[1]},
          {squares.aa / weights - m.aa, squares.ab / weights - m.ab, squares.bb / weights - m.bb}};
}

Derivatives all_derivatives(const std::vector<const CrossoverSet*>& sets, const LoadPoint& slope) {
  Derivatives sum;
  for (const CrossoverSet* set : sets) {
    const Derivatives one = derivatives(*set, slope);
    sum.score[0] += one.score[0];
    sum.score[1] += one.score[1];
    sum.information += one.information;
  }
  return sum;
}

/// The sum over groups of the square of each group's score.
Matrix scatter(const std::vector<const CrossoverSet*>& sets, const LoadPoint& slope) {
  std::map<int64_t, LoadPoint> scores;
  for (const CrossoverSet* set : sets) {
    const LoadPoint one = derivatives(*set, slope).score;
    LoadPoint& sum = scores[set->group];
    sum[0] += one[0];
    sum[1] += one[1];
  }
  Matrix squares;
  for (const auto& [group, score] : scores) squares += square(score);
  const auto groups = static_cast<double>(scores.size());
  const double factor = groups > 1 ? groups / (groups - 1) : 1;
  return {squares.aa * factor, squares.ab * factor, squares.bb * factor};
}

/// Both diagonal entries of inverse * middle * inverse.
LoadPoint sandwich(const Matrix& inverse, const Matrix& middle) {
  const LoadPoint first = {inverse.aa, inverse.ab};
  const LoadPoint second = {inverse.ab, inverse.bb};
  const auto quadratic = [&](const LoadPoint& v) {
    const LoadPoint m = middle.times(v);
    return v[0] * m[0] + v[1] * m[1];
  };
  return {quadratic(first), quadratic(second)};
}

CrossoverSlope slope_with(double slope, double variance, double error) {
  const double deviation = std::sqrt(variance);
  const double half = normal_tail_quantile(error / 2) * deviation;
  return {slope, deviation, {slope - half, slope + half}};
}

bool varies(const CrossoverSet& set) {
  return std::any_of(set.others.begin(), set.others.end(),
                     [&](const LoadPoint& other) { return other != set.glitch; });
}

int64_t count_groups(const std::vector<const CrossoverSet*>& sets) {
  std::set<int64_t> groups;
  for (const CrossoverSet* set : sets) groups.insert(set->group);
  return std::ssize(groups);
}

bool is_singular(const Matrix& information) {
  return !(information.determinant() > 1e-12 * information.aa * information.bb) ||
         !(information.aa > 0);
}

}  // namespace

CrossoverSet crossover_set(const GlitchHistory& history, int64_t group) {
  CrossoverSet set;
  set.group = group;
  const size_t size = std::min(history.cpu.size(), history.mem.size());
  const auto own = static_cast<size_t>(std::max<int64_t>(history.before, 0));
  if (own >= size) return set;
  const auto point = [&](size_t i) {
    return LoadPoint{history.cpu[i] / 100.0, history.mem[i] / 100.0};
  };
  set.glitch = point(own);
  for (size_t i = 0; i < size; ++i) {
    if (i != own) set.others.push_back(point(i));
  }
  return set;
}

Crossover case_crossover(const std::vector<CrossoverSet>& sets, double error) {
  std::vector<const CrossoverSet*> telling;
  for (const CrossoverSet& set : sets) {
    if (varies(set)) telling.push_back(&set);
  }
  Crossover result;
  result.sets = std::ssize(telling);
  result.groups = count_groups(telling);
  LoadPoint slope = {};
  for (int step = 0; step < kMostSteps; ++step) {
    const Derivatives at = all_derivatives(telling, slope);
    if (is_singular(at.information)) return result;
    const LoadPoint change = at.information.inverse().times(at.score);
    slope = {slope[0] + change[0], slope[1] + change[1]};
    if (!(std::abs(slope[0]) < kSteepest && std::abs(slope[1]) < kSteepest)) return result;
    if (std::abs(change[0]) + std::abs(change[1]) > kConverged) continue;
    const Matrix inverse = all_derivatives(telling, slope).information.inverse();
    const LoadPoint robust = sandwich(inverse, scatter(telling, slope));
    result.is_known = true;
    result.cpu = slope_with(slope[0], std::max(inverse.aa, robust[0]), error);
    result.memory = slope_with(slope[1], std::max(inverse.bb, robust[1]), error);
    return result;
  }
  return result;
}

}  // namespace holdfast
