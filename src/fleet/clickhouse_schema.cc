// SPDX-License-Identifier: MIT
#include "fleet/clickhouse_schema.h"

#include <map>
#include <vector>

#include "core/row_binary.h"
#include "core/shipped_report.h"

namespace holdfast::fleet {
namespace {

constexpr const char* kLocalTable = "holdfast_reports_local";
/// Weeks that ended longer ago get few reports; senders keep trying for days.
constexpr int64_t kQuietDays = 8;

std::string on_cluster(const ClickhousePlace& place) {
  return place.cluster.empty() ? "" : " ON CLUSTER " + place.cluster;
}

std::string in_database(const ClickhousePlace& place, const char* table) {
  return place.database + "." + table;
}

/// The table that has the rows themselves, and where it is.
std::string rows_table(const ClickhousePlace& place) {
  return in_database(place, place.cluster.empty() ? kReportTable : kLocalTable) + on_cluster(place);
}

std::string column_list() {
  std::string list;
  for (const ShippedColumn& column : shipped_columns()) {
    list += list.empty() ? "" : ", ";
    list += std::string(column.name) + " " + column.type;
  }
  return "(" + list + ")";
}

/// A change of tables. A server that is away makes it later, from the queue in ZooKeeper.
Result<> change(Clickhouse& clickhouse, const std::string& statement) {
  const auto answer = clickhouse.ask(statement);
  if (answer || answer.error().what.find("Code: 159") != std::string::npos) return Done{};
  return answer.error();
}

/// Rows with the same key and partition are one row: merges and FINAL see to it.
constexpr const char* kOrder = " PARTITION BY intDiv(day, 7) ORDER BY (id_high, id_low)";

Result<> create_alone(Clickhouse& clickhouse) {
  const ClickhousePlace& place = clickhouse.place();
  HF_TRY(change(clickhouse, "CREATE VIEW IF NOT EXISTS " + in_database(place, kPartTable) +
                                " AS SELECT * FROM system.parts"));
  return change(clickhouse, "CREATE TABLE IF NOT EXISTS " + rows_table(place) + " " +
                                column_list() + " ENGINE = ReplacingMergeTree()" + kOrder);
}

/// The table that is asked for comes last: when it is there, all are.
Result<> create_on_cluster(Clickhouse& clickhouse) {
  const ClickhousePlace& place = clickhouse.place();
  const std::string path = "/clickhouse/tables/{shard}/" + in_database(place, kReportTable);
  HF_TRY(change(clickhouse, "CREATE TABLE IF NOT EXISTS " + rows_table(place) + " " +
                                column_list() + " ENGINE = ReplicatedReplacingMergeTree('" + path +
                                "', '{replica}')" + kOrder));
  HF_TRY(change(clickhouse, "CREATE TABLE IF NOT EXISTS " + in_database(place, kPartTable) +
                                on_cluster(place) + " AS system.parts ENGINE = Distributed(" +
                                place.cluster + ", system, parts)"));
  // By the id, of which every bit of this half is drawn: the same report goes to the same shard.
  return change(clickhouse, "CREATE TABLE IF NOT EXISTS " + in_database(place, kReportTable) +
                                on_cluster(place) + " " + column_list() + " ENGINE = Distributed(" +
                                place.cluster + ", " + place.database + ", " + kLocalTable +
                                ", id_low)");
}

Result<std::map<std::string, std::string>> existing_columns(Clickhouse& clickhouse) {
  HF_TRY_ASSIGN(const std::string answer,
                clickhouse.ask("SELECT name, type FROM system.columns WHERE database = " +
                               quoted(clickhouse.place().database) +
                               " AND table = " + quoted(kReportTable) + " FORMAT RowBinary"));
  RowBinaryReader rows(answer);
  std::map<std::string, std::string> columns;
  while (rows.has_more()) {
    std::string name = rows.text();
    columns.emplace(std::move(name), rows.text());
  }
  if (!rows.is_whole()) return unavailable("clickhouse: the list of columns is cut off");
  return columns;
}

Result<> add_column(Clickhouse& clickhouse, const ShippedColumn& column) {
  const ClickhousePlace& place = clickhouse.place();
  const std::string what = std::string(" ADD COLUMN ") + column.name + " " + column.type;
  HF_TRY(change(clickhouse, "ALTER TABLE " + rows_table(place) + what));
  if (place.cluster.empty()) return Done{};
  return change(clickhouse,
                "ALTER TABLE " + in_database(place, kReportTable) + on_cluster(place) + what);
}

Result<> add_missing(Clickhouse& clickhouse, const std::map<std::string, std::string>& existing) {
  for (const ShippedColumn& column : shipped_columns()) {
    const auto found = existing.find(column.name);
    if (found == existing.end()) {
      HF_TRY(add_column(clickhouse, column));
    } else if (found->second != column.type) {
      return unavailable("clickhouse: column " + found->first + " of " + kReportTable + " is " +
                         found->second + " and should be " + column.type +
                         ": this is no table of holdfast; name another --database");
    }
  }
  return Done{};
}

}  // namespace

Result<> prepare_tables(Clickhouse& clickhouse) {
  HF_TRY_ASSIGN(const auto existing, existing_columns(clickhouse));
  if (!existing.empty()) {
    HF_TRY(add_missing(clickhouse, existing));
  } else if (clickhouse.place().cluster.empty()) {
    HF_TRY(create_alone(clickhouse));
  } else {
    HF_TRY(create_on_cluster(clickhouse));
  }
  // What says yes to everything is some other server, and would swallow the reports.
  HF_TRY_ASSIGN(const auto made, existing_columns(clickhouse));
  for (const ShippedColumn& column : shipped_columns()) {
    if (!made.contains(column.name)) {
      return unavailable(std::string("clickhouse: ") + kReportTable + " has no column " +
                         column.name + " although it was made: is this a ClickHouse server?");
    }
  }
  return Done{};
}

Result<> remove_rows(Clickhouse& clickhouse, std::span<const Removal> removals) {
  std::string installs;
  std::string tokens;
  for (const Removal& removal : removals) {
    std::string& list = removal.token == 0 ? installs : tokens;
    if (!list.empty()) list += " OR ";
    list += removal.token == 0 ? "(install = " + std::to_string(removal.install) +
                                     " AND app = " + quoted(removal.app) + ")"
                               : "token = " + std::to_string(removal.token);
  }
  const std::string table = "ALTER TABLE " + rows_table(clickhouse.place());
  if (!tokens.empty()) HF_TRY(change(clickhouse, table + " DELETE WHERE " + tokens));
  if (installs.empty()) return Done{};
  return change(clickhouse, table +
                                " UPDATE install = 0, install_key = 0, is_kept = 0, body = '' "
                                "WHERE is_kept + (install_key <> 0) > 0 AND (" +
                                installs + ")");
}

Result<> clear_old_texts(Clickhouse& clickhouse, int64_t oldest_day) {
  const std::string old =
      "is_kept = 1 AND day < " + std::to_string(oldest_day / kDaysPerWeek * kDaysPerWeek);
  HF_TRY_ASSIGN(const std::string answer,
                clickhouse.ask(std::string("SELECT toInt64(count()) FROM ") + kReportTable +
                               " WHERE " + old + " FORMAT RowBinary"));
  if (RowBinaryReader(answer).number() == 0) return Done{};
  return change(clickhouse, "ALTER TABLE " + rows_table(clickhouse.place()) +
                                " UPDATE is_kept = 0, body = '' WHERE " + old);
}

Result<std::vector<int64_t>> weeks_in_parts(Clickhouse& clickhouse) {
  // A part's path ends in its name; what is before it tells shards on one machine apart.
  HF_TRY_ASSIGN(const std::string answer,
                clickhouse.ask(std::string("SELECT DISTINCT toInt64(partition) FROM (SELECT "
                                           "partition FROM ") +
                               kPartTable + " WHERE active AND database = " +
                               quoted(clickhouse.place().database) + " AND table IN (" +
                               quoted(kReportTable) + ", " + quoted(kLocalTable) +
                               ") GROUP BY partition, hostName(), "
                               "substring(path, 1, length(path) - length(name) - 1) "
                               "HAVING count() > 1) ORDER BY 1 FORMAT RowBinary"));
  RowBinaryReader rows(answer);
  std::vector<int64_t> weeks;
  while (rows.has_more()) weeks.push_back(rows.number());
  if (!rows.is_whole()) return unavailable("clickhouse: the list of parts is cut off");
  return weeks;
}

Result<bool> merge_one_week(Clickhouse& clickhouse, int64_t today) {
  HF_TRY_ASSIGN(const auto weeks, weeks_in_parts(clickhouse));
  for (const int64_t week : weeks) {
    if ((week + 1) * kDaysPerWeek + kQuietDays > today) continue;
    HF_TRY(clickhouse.order("OPTIMIZE TABLE " + rows_table(clickhouse.place()) + " PARTITION " +
                            std::to_string(week) + " FINAL"));
    return true;
  }
  return false;
}

}  // namespace holdfast::fleet
