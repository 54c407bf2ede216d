// SPDX-License-Identifier: MIT
// What is concluded from everything a store says about a fleet: how often sessions glitch, whether
// that rises with memory use or with processor use, and whether locking helps. All intervals allow
// for users being different from each other.
#pragma once

#include <string>
#include <vector>

#include "core/case_crossover.h"
#include "core/fleet_comparison.h"
#include "core/fleet_overview.h"
#include "core/fleet_rate.h"
#include "core/load_trend.h"

namespace holdfast {

/// All intervals and comparisons about a fleet: 95 %.
inline constexpr double kFleetError = 0.05;

/// What fewer installations than these have told is about persons, and is not shown apart. That is
/// for reading, and hides nothing: the sums of all, filters and the list of installations tell it
/// to whoever looks for it.
inline constexpr int kFewInstalls = 5;

/// Sessions of one group, and how often they glitch.
struct GroupAnswer {
  std::string name;  ///< The version, the arm ...; of a day its number.
  SessionSums sums;
  int buckets = 0;  ///< Of installations: at least so many have taken part.
  FleetEstimate glitched_share;
  FleetEstimate per_hour;  ///< Of glitches; without meaning where no hour was reported.

  [[nodiscard]] bool has_hours() const { return sums.exposure_ms > 0; }
  /// Too few to be shown, as far as sums can tell: two installations may share a bucket.
  [[nodiscard]] bool is_few() const { return buckets < kFewInstalls; }
};

/// One arm against the sessions with nothing locked.
struct ArmAnswer {
  std::string arm;
  FleetComparison comparison;
};

/// Everything that is shown with an interval.
struct FleetAnswers {
  GroupAnswer all;
  std::vector<GroupAnswer> by_day;
  std::vector<GroupAnswer> by_version;
  std::vector<GroupAnswer> by_arm;
  std::vector<GroupAnswer> by_os;
  std::vector<GroupAnswer> by_backend;
  std::vector<ArmAnswer> arms;  ///< Those that are compared; none where there is no reference.
  CellSums cells{};             ///< Of all buckets; those of too few are empty.
  LoadTrend memory_trend;       ///< Within the same processor use.
  LoadTrend processor_trend;    ///< Within the same memory use.
  std::vector<MemoryBinRates> by_memory;  ///< Without time where too few took part.
  Crossover crossover;  ///< The second of a glitch against others of the same session.
};

FleetAnswers answers_of(const FleetOverview& overview);

}  // namespace holdfast
