// SPDX-License-Identifier: MIT
// Blocks of an experiment whose truth is known: glitches that come one by one or in bursts. Seeds
// are fixed, so that a simulation says the same each time.
#pragma once

#include <random>
#include <vector>

#include "core/dispersion.h"

namespace holdfast::test {

/// What really happens in one arm, per minute.
struct TrueRate {
  double per_minute = 20;
  double burst = 1;  ///< Mean number of glitches that come at once, geometric.
};

inline double simulated_glitches(const TrueRate& truth, double minutes, std::mt19937_64& random) {
  const double mean = truth.per_minute / truth.burst * minutes;
  if (mean <= 0) return 0;  // neither distribution is defined for what never or always happens
  int glitches = std::poisson_distribution<int>(mean)(random);
  if (truth.burst <= 1) return glitches;
  std::geometric_distribution<int> more(1 / truth.burst);
  for (int left = glitches; left > 0; --left) glitches += more(random);
  return glitches;
}

inline ArmBlocks simulated_arm(const TrueRate& truth, int blocks, double minutes,
                               std::mt19937_64& random) {
  ArmBlocks arm;
  for (int i = 0; i < blocks; ++i) {
    arm.push_back({simulated_glitches(truth, minutes, random), minutes});
  }
  return arm;
}

}  // namespace holdfast::test
