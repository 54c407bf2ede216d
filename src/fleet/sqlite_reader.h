// SPDX-License-Identifier: MIT
// Asks a file of field reports: the sums, by what they are grouped by, and single reports. Works
// beside a collector that writes to the same file.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fleet/fleet_reader.h"
#include "fleet/sqlite.h"

namespace holdfast::fleet {

/// By what sessions are grouped.
enum class SessionsBy : uint8_t { kDay, kApp, kVersion, kArm, kOs, kBackend };

/// One read-only connection.
class SqliteReader final : public FleetReader {
 public:
  /// Errors: kUnavailable, kUsage when it is no store of this version.
  static Result<std::unique_ptr<SqliteReader>> open(const std::string& path);

  Result<FleetOverview> overview(const FleetFilter& filter) override;
  Result<std::optional<std::string>> report(const ReportId& id) override;

 private:
  explicit SqliteReader(SqliteDatabase database) : database_(std::move(database)) {}
  Result<FleetOverview> read_overview(const FleetFilter& filter);
  Result<std::vector<std::string>> names(const std::string& query, const FleetFilter& filter);
  Result<SqliteStatement> ask(const std::string& query, const FleetFilter& filter);
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

  SqliteDatabase database_;
};

}  // namespace holdfast::fleet
