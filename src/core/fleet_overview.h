// SPDX-License-Identifier: MIT
// Everything that is shown about a fleet at once: what a store is asked for, and what it answers.
// Groups come apart by install bucket, so that whoever reckons intervals has what he needs.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/case_crossover.h"
#include "core/event_rate.h"
#include "core/fleet_sums.h"

namespace holdfast {

/// Which sessions are asked about. An empty text is any.
struct FleetFilter {
  std::string app;
  std::string version;
  std::string arm;
  int64_t first_day = 0;  ///< Since 1970.
  int64_t last_day = std::numeric_limits<int32_t>::max();
};

/// Sessions of one group and one install bucket.
struct SessionGroup {
  std::string name;  ///< The version, the arm ...; of a day its number.
  int bucket = 0;
  SessionSums sums;
};

/// Glitches of one cause at one place.
struct CauseGroup {
  std::string cause;
  std::string object;
  std::string symbol;
  CauseSums sums;
};

/// Installations, as they are known from all of their reports.
struct InstallCounts {
  int64_t installs = 0;
  int64_t without_glitch = 0;
};

/// One installation.
struct InstallLine {
  std::string app;
  uint64_t install = 0;
  std::string version;  ///< Of its last report.
  int64_t sessions = 0;
  int64_t glitched = 0;
  int64_t glitches = 0;
};

/// One report in a list.
struct ReportLine {
  ReportId id{};
  std::string app;
  std::string version;
  std::string arm;
  int64_t start_hour = 0;
  int64_t glitches = 0;
};

/// So many reports are read for what their histories tell: enough for a slope, and quickly read.
/// Newest hour first, then by falling id, so that every store takes the same ones.
inline constexpr int64_t kMostHistories = 500;

/// What a store says of the sessions that a filter lets through.
struct FleetOverview {
  FleetFilter filter;
  std::vector<std::string> apps;      ///< All there are, whatever the filter.
  std::vector<std::string> versions;  ///< Of the app asked about.
  std::vector<SessionGroup> by_day;
  std::vector<SessionGroup> by_version;
  std::vector<SessionGroup> by_arm;
  std::vector<SessionGroup> by_os;
  std::vector<SessionGroup> by_backend;
  std::array<CellSums, kInstallBuckets> cells{};
  std::vector<CauseGroup> causes;
  std::vector<CauseGroup> worst_places;
  InstallCounts installs;
  std::vector<InstallLine> worst_installs;
  std::vector<ReportLine> glitched_reports;  ///< The newest.
  std::vector<CrossoverSet> histories;  ///< Of the newest kMostHistories reports with glitches.
};

/// All buckets together.
CellSums total_of(const std::array<CellSums, kInstallBuckets>& cells);

}  // namespace holdfast
