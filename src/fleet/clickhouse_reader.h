// SPDX-License-Identifier: MIT
// Asks the reports in ClickHouse what the pages show. Every answer comes from the rows of the
// reports themselves, each of them counted once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fleet/clickhouse.h"
#include "fleet/fleet_reader.h"

namespace holdfast::fleet {

/// One connection to whichever server answers.
class ClickhouseReader final : public FleetReader {
 public:
  /// No server needs to be there. Errors: kUsage for a place that is none.
  static Result<std::unique_ptr<ClickhouseReader>> open(const ClickhousePlace& place,
                                                        std::function<bool()> should_stop);

  /// The answers to its parts are of one minute, not of one moment.
  Result<FleetOverview> overview(const FleetFilter& filter) override;
  Result<std::optional<std::string>> report(const ReportId& id) override;

 private:
  explicit ClickhouseReader(Clickhouse clickhouse) : clickhouse_(std::move(clickhouse)) {}

  /// A question that is asked twice, of rows of which none can be there twice, and of the others.
  struct Question {
    std::string columns;
    std::string joined;  ///< " ARRAY JOIN ...", or "".
    std::string where;
    std::string rest;  ///< " GROUP BY ..."
  };
  [[nodiscard]] std::string of_all_rows(const Question& question) const;
  [[nodiscard]] std::string by_install(const std::string& app) const;

  template <class Each>
  Result<> for_rows(const std::string& statement, Each each);
  Result<std::vector<std::string>> names(const std::string& statement);
  Result<std::vector<SessionGroup>> sessions(const FleetFilter& filter, const char* column);
  Result<std::array<CellSums, kInstallBuckets>> cells(const FleetFilter& filter);
  Result<std::vector<CauseGroup>> causes(const FleetFilter& filter);
  Result<std::vector<CauseGroup>> worst_places(const FleetFilter& filter);
  Result<> installs(FleetOverview& overview);
  Result<std::vector<ReportLine>> glitched_reports(const FleetFilter& filter);
  Result<std::vector<CrossoverSet>> histories(const FleetFilter& filter);

  Clickhouse clickhouse_;
  std::string is_in_parts_;  ///< A condition on `day`: a row of these days may be there twice.
};

}  // namespace holdfast::fleet
