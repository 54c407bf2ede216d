// SPDX-License-Identifier: MIT
// Asks a store of field reports, without changing it: the sums, by what they are grouped by, and
// single reports. Works beside a collector that writes to the same file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/fleet_overview.h"
#include "fleet/sqlite.h"

namespace holdfast::fleet {

/// By what sessions are grouped.
enum class SessionsBy : uint8_t { kDay, kApp, kVersion, kArm, kOs, kBackend };

/// One read-only connection. One thread at a time.
class FleetReader {
 public:
  /// Errors: kUnavailable, kUsage when it is no store of this version.
  static Result<FleetReader> open(const std::string& path);

  /// All that the pages show.
  Result<FleetOverview> overview(const FleetFilter& filter);

  /// In order of name and bucket.
  Result<std::vector<SessionGroup>> sessions(const FleetFilter& filter, SessionsBy by);
  /// By install bucket.
  Result<std::array<CellSums, kInstallBuckets>> cells(const FleetFilter& filter);
  /// The most frequent first, at most `most`.
  Result<std::vector<CauseGroup>> causes(const FleetFilter& filter);
  Result<std::vector<CauseGroup>> worst_places(const FleetFilter& filter, int64_t most);
  /// Of the filter, only app, version and first day are looked at.
  Result<InstallCounts> installs(const FleetFilter& filter);
  Result<std::vector<InstallLine>> worst_installs(const FleetFilter& filter, int64_t most);
  /// The newest reports with glitches.
  Result<std::vector<ReportLine>> glitched_reports(const FleetFilter& filter, int64_t most);
  /// What the newest kMostHistories reports with glitches tell of the seconds around them.
  Result<std::vector<CrossoverSet>> histories(const FleetFilter& filter);
  /// The report as it came in.
  Result<std::optional<std::string>> report(const ReportId& id);

 private:
  explicit FleetReader(SqliteDatabase database) : database_(std::move(database)) {}
  Result<FleetOverview> read_overview(const FleetFilter& filter);
  Result<std::vector<std::string>> names(const std::string& query, const FleetFilter& filter);
  Result<SqliteStatement> ask(const std::string& query, const FleetFilter& filter);

  SqliteDatabase database_;
};

}  // namespace holdfast::fleet
