// SPDX-License-Identifier: MIT
// The tables in ClickHouse, and what is done to them apart from adding rows. On a cluster each
// server has a replicated table of its shard's rows, and a table in front that stands for all.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "fleet/clickhouse.h"

namespace holdfast::fleet {

/// Where rows go in and questions are asked, whatever is behind it.
inline constexpr const char* kReportTable = "holdfast_reports";
/// The parts that the rows of a week are kept in, of every server.
inline constexpr const char* kPartTable = "holdfast_parts";

/// Reports that are in one partition: those begun in the same seven days.
inline constexpr int64_t kDaysPerWeek = 7;

/// Makes the tables where there are none, and adds the columns that an older version did not have.
/// Errors: kUnavailable, also when a column is of another type.
Result<> prepare_tables(Clickhouse& clickhouse);

/// One wish that something be forgotten.
struct Removal {
  int64_t number = 0;  ///< Its own, in the inbox.
  std::string app;
  int64_t install = 0;
  int64_t token = 0;  ///< Not 0: all that came under it, from the sums, too; else the installation.
};

/// Has the servers take out what the removals say: on the disk within minutes, and for good.
Result<> remove_rows(Clickhouse& clickhouse, std::span<const Removal> removals);

/// Has the texts of reports cleared that were begun in a week before `oldest_day`.
Result<> clear_old_texts(Clickhouse& clickhouse, int64_t oldest_day);

/// Has one week merged into one part, the oldest of those that ended some days before `today` and
/// have more. In it nothing is there twice, and questions read it faster. False: there is none.
Result<bool> merge_one_week(Clickhouse& clickhouse, int64_t today);

/// Weeks in which a report may be there twice, since their rows are in several parts.
Result<std::vector<int64_t>> weeks_in_parts(Clickhouse& clickhouse);

}  // namespace holdfast::fleet
