// SPDX-License-Identifier: MIT
#include "bench/simulated_fleet.h"

#include <algorithm>
#include <cmath>

namespace holdfast::bench {
namespace {

constexpr double kSecondsPerHour = 3600;

double evenly(double deviate) {
  return 1 - normal_tail(deviate);
}

double draw_frailty(const FleetTruth& truth, std::mt19937_64& random) {
  if (std::isinf(truth.frailty_shape)) return 1;
  return std::gamma_distribution<double>(truth.frailty_shape, 1 / truth.frailty_shape)(random);
}

size_t cell_of(const LoadPoint& load) {
  const auto cpu = static_cast<size_t>(load_bin(static_cast<int>(100 * load[0])));
  const auto mem = static_cast<size_t>(load_bin(static_cast<int>(100 * load[1])));
  return cpu * kLoadBins + mem;
}

/// E exp(a u + b v) over all loads, by the midpoint rule on a grid of normal deviates.
double mean_factor(const FleetTruth& truth) {
  constexpr int kSteps = 400;
  constexpr double kWidth = 6;
  double sum = 0;
  double weights = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double x = kWidth * (2 * (i + 0.5) / kSteps - 1);
    for (int j = 0; j < kSteps; ++j) {
      const double y = kWidth * (2 * (j + 0.5) / kSteps - 1);
      const double weight = std::exp(-(x * x + y * y) / 2);
      const double rest = std::sqrt(1 - truth.correlation * truth.correlation);
      const double memory = evenly(truth.correlation * x + rest * y);
      sum += weight * std::exp(truth.cpu_slope * evenly(x) + truth.memory_slope * memory);
      weights += weight;
    }
  }
  return sum / weights;
}

/// One session's part of the sums.
struct SessionTally {
  double glitches = 0;
  double expected = 0;
  std::vector<std::pair<size_t, LoadCount>> cells;
};

SessionTally simulate_session(const FleetTruth& truth, const GlitchRate& rate, double factor,
                              std::mt19937_64& random) {
  SessionTally session;
  session.cells.reserve(static_cast<size_t>(truth.session_seconds / truth.step_seconds + 1));
  LoadPath path(truth, random);
  // Glitches come where the rate, summed up, passes exponential marks.
  std::exponential_distribution<double> mark(1);
  double next = mark(random);
  for (int at = 0; at < truth.session_seconds; at += truth.step_seconds) {
    const LoadPoint load = path.now();
    session.expected += rate.at(load) * factor * truth.step_seconds;
    LoadCount count = {static_cast<double>(truth.step_seconds), 0};
    for (; session.expected >= next; next += mark(random)) ++count.glitches;
    session.glitches += count.glitches;
    session.cells.emplace_back(cell_of(load), count);
    path.advance(random);
  }
  return session;
}

void add_session(const FleetTruth& truth, const SessionTally& session, bool is_locked,
                 size_t bucket, std::mt19937_64& random, FleetTally& tally) {
  tally.expected_glitched += 1 - std::exp(-session.expected);
  double weight = 1;
  if (session.glitches == 0 && truth.clean_weight > 1) {
    if (random() % static_cast<uint64_t>(truth.clean_weight) != 0) return;
    weight = truth.clean_weight;
  }
  const FleetBucket one = {weight, session.glitches > 0 ? 1.0 : 0.0, session.glitches,
                           weight * truth.session_seconds / kSecondsPerHour};
  tally.all[bucket] += one;
  (is_locked ? tally.locked : tally.unlocked)[bucket] += one;
  for (const auto& [cell, count] : session.cells) {
    tally.loads[bucket][cell].seconds += weight * count.seconds;
    tally.loads[bucket][cell].glitches += count.glitches;
  }
}

}  // namespace

LoadPath::LoadPath(const FleetTruth& truth, std::mt19937_64& random)
    : correlation_(truth.correlation),
      rest_of_correlation_(std::sqrt(1 - truth.correlation * truth.correlation)),
      persistence_(truth.persistence),
      rest_of_persistence_(std::sqrt(1 - truth.persistence * truth.persistence)) {
  deviates_ = shock(random);
}

std::array<double, 2> LoadPath::shock(std::mt19937_64& random) {
  const double x = normal_(random);
  const double y = normal_(random);
  return {x, correlation_ * x + rest_of_correlation_ * y};
}

LoadPoint LoadPath::now() const {
  return {evenly(deviates_[0]), evenly(deviates_[1])};
}

void LoadPath::advance(std::mt19937_64& random) {
  const std::array<double, 2> fresh = shock(random);
  for (size_t i = 0; i < 2; ++i) {
    deviates_[i] = persistence_ * deviates_[i] + rest_of_persistence_ * fresh[i];
  }
}

GlitchRate::GlitchRate(const FleetTruth& truth)
    : cpu_slope_(truth.cpu_slope),
      memory_slope_(truth.memory_slope),
      mean_(truth.glitches_per_session / truth.session_seconds) {
  base_ = mean_ / (mean_factor(truth) * (1 + truth.locked_ratio) / 2);
}

double GlitchRate::at(const LoadPoint& load) const {
  return base_ * std::exp(cpu_slope_ * load[0] + memory_slope_ * load[1]);
}

double GlitchRate::mean_per_second() const {
  return mean_;
}

FleetTally simulate_fleet(const FleetTruth& truth, const GlitchRate& rate,
                          std::mt19937_64& random) {
  FleetTally tally;
  for (int install = 0; install < truth.installs; ++install) {
    const size_t bucket = random() % kFleetBuckets;
    const double frailty = draw_frailty(truth, random);
    for (int i = 0; i < truth.sessions; ++i) {
      const bool is_locked = random() % 2 == 0;
      const double factor = frailty * (is_locked ? truth.locked_ratio : 1);
      const SessionTally session = simulate_session(truth, rate, factor, random);
      add_session(truth, session, is_locked, bucket, random, tally);
    }
  }
  return tally;
}

std::vector<CrossoverSet> simulate_glitch_reports(const FleetTruth& truth, int count,
                                                  std::mt19937_64& random) {
  std::vector<CrossoverSet> sets;
  const double steepest =
      std::exp(std::max(truth.cpu_slope, 0.0) + std::max(truth.memory_slope, 0.0));
  std::uniform_real_distribution<double> share(0, 1);
  while (std::ssize(sets) < count) {
    LoadPath path(truth, random);
    std::vector<LoadPoint> loads;
    for (int second = 0; second < truth.session_seconds; ++second) {
      loads.push_back(path.now());
      path.advance(random);
    }
    // A second of a session is as often that of a glitch as its rate says, and mostly none is.
    const size_t own = random() % loads.size();
    const double odds =
        std::exp(truth.cpu_slope * loads[own][0] + truth.memory_slope * loads[own][1]) / steepest;
    if (share(random) > odds) continue;
    CrossoverSet set = {loads[own], {}, std::ssize(sets)};
    const size_t first = own < kHistoryBefore ? 0 : own - kHistoryBefore;
    const size_t last = std::min(own + kHistoryAfter, loads.size() - 1);
    for (size_t i = first; i <= last; ++i) {
      if (i != own) set.others.push_back(loads[i]);
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace holdfast::bench
