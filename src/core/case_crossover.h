// SPDX-License-Identifier: MIT
// What load does to glitches, from reports of glitches alone: the second of the glitch is compared
// with other seconds of the same session. Each session is its own control, so whatever differs
// between users, their machines and their habits, cancels (M. Maclure, "The case-crossover design",
// American Journal of Epidemiology 133, 1991).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/event_rate.h"
#include "core/field_report.h"

namespace holdfast {

/// Processor and memory use, each 0 to 1.
using LoadPoint = std::array<double, 2>;

/// One glitch and the seconds around it.
struct CrossoverSet {
  LoadPoint glitch = {};
  std::vector<LoadPoint> others;  ///< Of the same session; chosen without regard to their load.
  int64_t group = 0;              ///< Sets that are not independent have the same: the install.
};

/// A set from a report's history; without others when it has none.
CrossoverSet crossover_set(const GlitchHistory& history, int64_t group);

/// How much the rate of glitches rises, as the logarithm of a ratio from no use to full use.
struct CrossoverSlope {
  double slope = 0;
  double deviation = 0;
  Interval interval;
};

/// What came of it.
struct Crossover {
  bool is_known = false;  ///< False when there is too little: no set, or no load that varies.
  CrossoverSlope cpu;
  CrossoverSlope memory;
  int64_t sets = 0;    ///< That tell something: their load varies.
  int64_t groups = 0;  ///< That these are of.
};

/// Conditional logistic regression (N. Breslow & N. Day, "Statistical Methods in Cancer Research"
/// I, 1980, 7.1), by Newton's method; the variance is the larger of the model's and that from the
/// scatter between groups (K.-Y. Liang & S. Zeger, Biometrika 73, 1986).
Crossover case_crossover(const std::vector<CrossoverSet>& sets, double error);

}  // namespace holdfast
