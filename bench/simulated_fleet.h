// SPDX-License-Identifier: MIT
// Fleets whose truth is known. Each install has a frailty (few users have most of the glitches),
// each session an arm (locked or not), and processor and memory use that wander together; glitches
// come at a rate that is the product of all that.
#pragma once

#include <array>
#include <random>
#include <vector>

#include "core/case_crossover.h"
#include "core/fleet_rate.h"
#include "core/load_trend.h"

namespace holdfast::bench {

/// What is true of a fleet.
struct FleetTruth {
  int installs = 2000;
  int sessions = 25;  ///< Of each install.
  int session_seconds = 60;
  double glitches_per_session = 1.0 / 400;
  double locked_ratio = 0.5;  ///< Rate with locked memory over rate without.
  double memory_slope = 3;    ///< Of the log rate, from no use to full use.
  double cpu_slope = 1;
  double correlation = 0.7;     ///< Of the two loads, as normal deviates.
  double frailty_shape = 0.25;  ///< Of a gamma distribution with mean 1; infinity: all alike.
  double persistence = 0.6;     ///< Of load from one step to the next.
  int step_seconds = 10;        ///< Load stays the same so long.
  int clean_weight = 1;         ///< One of so many clean sessions is reported.
};

/// Load that wanders, each use evenly spread from 0 to 1.
class LoadPath {
 public:
  LoadPath(const FleetTruth& truth, std::mt19937_64& random);
  /// Processor, memory.
  [[nodiscard]] LoadPoint now() const;
  void advance(std::mt19937_64& random);

 private:
  [[nodiscard]] std::array<double, 2> shock(std::mt19937_64& random);

  double correlation_;
  double rest_of_correlation_;
  double persistence_;
  double rest_of_persistence_;
  std::array<double, 2> deviates_ = {};
  std::normal_distribution<double> normal_;
};

/// Glitches per second at these loads, without frailty and lock.
class GlitchRate {
 public:
  explicit GlitchRate(const FleetTruth& truth);
  [[nodiscard]] double at(const LoadPoint& load) const;
  /// The mean over all loads and both arms.
  [[nodiscard]] double mean_per_second() const;

 private:
  double base_ = 0;
  double cpu_slope_;
  double memory_slope_;
  double mean_;
};

inline constexpr size_t kFleetBuckets = 64;

/// What a collector's sums would hold.
struct FleetTally {
  FleetBuckets all = FleetBuckets(kFleetBuckets);
  FleetBuckets locked = FleetBuckets(kFleetBuckets);
  FleetBuckets unlocked = FleetBuckets(kFleetBuckets);
  std::vector<LoadTable> loads = std::vector<LoadTable>(kFleetBuckets);
  double expected_glitched = 0;  ///< The sum of all sessions' probabilities to glitch.
};

/// `rate`: that of `truth`, which takes 10 ms to make.
FleetTally simulate_fleet(const FleetTruth& truth, const GlitchRate& rate, std::mt19937_64& random);

/// Glitches with the loads around them, as reports that tell of nothing else would have them.
std::vector<CrossoverSet> simulate_glitch_reports(const FleetTruth& truth, int count,
                                                  std::mt19937_64& random);

}  // namespace holdfast::bench
