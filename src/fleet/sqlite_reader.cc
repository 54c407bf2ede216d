// SPDX-License-Identifier: MIT
#include "fleet/sqlite_reader.h"

#include <algorithm>

#include "core/report_crossover.h"
#include "core/report_validator.h"
#include "fleet/sqlite_schema.h"

namespace holdfast::fleet {
namespace {

// ?1 to ?5 are the filter; an empty text is any.
constexpr const char* kFilter =
    " WHERE day BETWEEN ?1 AND ?2 AND (?3 = '' OR app = ?3) AND (?4 = '' OR version = ?4) "
    "AND (?5 = '' OR arm = ?5) ";
constexpr const char* kInstallFilter =
    " WHERE last_day >= ?1 AND first_day <= ?2 AND (?3 = '' OR app = ?3) "
    "AND (?4 = '' OR version = ?4) AND ?5 = ?5 ";
constexpr const char* kReportFilter =
    " WHERE glitches > 0 AND start_hour BETWEEN ?1 * 24 AND ?2 * 24 + 23 AND (?3 = '' OR app = ?3) "
    "AND (?4 = '' OR version = ?4) AND (?5 = '' OR arm = ?5) ";

const char* column_of(SessionsBy by) {
  switch (by) {
    case SessionsBy::kDay:
      return "day";
    case SessionsBy::kApp:
      return "app";
    case SessionsBy::kVersion:
      return "version";
    case SessionsBy::kArm:
      return "arm";
    case SessionsBy::kOs:
      return "os";
    case SessionsBy::kBackend:
      return "backend";
  }
  return "app";
}

/// Calls `each` for every row.
template <class Each>
Result<> for_rows(SqliteStatement& statement, Each each) {
  while (true) {
    HF_TRY_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return Done{};
    each(statement);
  }
}

std::string text_at(const SqliteStatement& row, int column) {
  return std::string(row.text(column));
}

}  // namespace

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const std::string& path) {
  HF_TRY_ASSIGN(SqliteDatabase database, SqliteDatabase::open(path, SqliteDatabase::Access::kRead));
  HF_TRY(check_store(database));
  HF_TRY(database.execute("PRAGMA cache_size = -16000"));
  return std::unique_ptr<SqliteReader>(new SqliteReader(std::move(database)));
}

Result<SqliteStatement> SqliteReader::ask(const std::string& query, const FleetFilter& filter) {
  HF_TRY_ASSIGN(SqliteStatement statement, database_.prepare(query));
  statement.bind(filter.first_day).bind(filter.last_day).bind(filter.app).bind(filter.version);
  statement.bind(filter.arm);
  return statement;
}

Result<std::vector<SessionGroup>> SqliteReader::sessions(const FleetFilter& filter, SessionsBy by) {
  const std::string column = column_of(by);
  HF_TRY_ASSIGN(SqliteStatement rows,
                ask("SELECT " + column +
                        ", bucket, sum(reports), sum(sessions), sum(glitched), sum(glitches), "
                        "sum(exposure_ms), sum(frames_lost) FROM session_sums" +
                        kFilter + "GROUP BY " + column + ", bucket ORDER BY " + column + ", bucket",
                    filter));
  std::vector<SessionGroup> groups;
  HF_TRY(for_rows(rows, [&groups](const SqliteStatement& row) {
    groups.push_back({text_at(row, 0),
                      static_cast<int>(row.integer(1)),
                      {row.integer(2), row.integer(3), row.integer(4), row.integer(5),
                       row.integer(6), row.integer(7)}});
  }));
  return groups;
}

Result<std::array<CellSums, kInstallBuckets>> SqliteReader::cells(const FleetFilter& filter) {
  HF_TRY_ASSIGN(SqliteStatement rows,
                ask(std::string("SELECT bucket, cells FROM cell_sums") + kFilter, filter));
  std::array<CellSums, kInstallBuckets> sums{};
  bool is_damaged = false;
  HF_TRY(for_rows(rows, [&](const SqliteStatement& row) {
    const auto cells = decode_cells(row.text(1));
    const int64_t bucket = row.integer(0);
    is_damaged = is_damaged || !cells || bucket < 0 || bucket >= kInstallBuckets;
    if (!is_damaged) sums[static_cast<size_t>(bucket)] += *cells;
  }));
  if (is_damaged) return unavailable(database_.path() + ": cell_sums is damaged");
  return sums;
}

Result<std::vector<CauseGroup>> SqliteReader::causes(const FleetFilter& filter) {
  HF_TRY_ASSIGN(SqliteStatement rows,
                ask(std::string("SELECT cause, sum(glitches), sum(stall_us) FROM cause_sums") +
                        kFilter + "GROUP BY cause ORDER BY 2 DESC, 1",
                    filter));
  std::vector<CauseGroup> groups;
  HF_TRY(for_rows(rows, [&groups](const SqliteStatement& row) {
    groups.push_back({text_at(row, 0), "", "", {row.integer(1), row.integer(2)}});
  }));
  return groups;
}

Result<std::vector<CauseGroup>> SqliteReader::worst_places(const FleetFilter& filter,
                                                           int64_t most) {
  HF_TRY_ASSIGN(SqliteStatement rows,
                ask(std::string("SELECT cause, object, symbol, sum(glitches), sum(stall_us) "
                                "FROM cause_sums") +
                        kFilter +
                        "AND object <> '' GROUP BY cause, object, symbol "
                        "ORDER BY 4 DESC, 5 DESC, 1, 2, 3 LIMIT " +
                        std::to_string(most),
                    filter));
  std::vector<CauseGroup> groups;
  HF_TRY(for_rows(rows, [&groups](const SqliteStatement& row) {
    groups.push_back(
        {text_at(row, 0), text_at(row, 1), text_at(row, 2), {row.integer(3), row.integer(4)}});
  }));
  return groups;
}

Result<InstallCounts> SqliteReader::installs(const FleetFilter& filter) {
  HF_TRY_ASSIGN(SqliteStatement rows,
                ask(std::string("SELECT count(*), ifnull(sum(glitched = 0), 0) FROM installs") +
                        kInstallFilter,
                    filter));
  InstallCounts counts;
  HF_TRY(for_rows(rows, [&counts](const SqliteStatement& row) {
    counts = {row.integer(0), row.integer(1)};
  }));
  return counts;
}

Result<std::vector<InstallLine>> SqliteReader::worst_installs(const FleetFilter& filter,
                                                              int64_t most) {
  HF_TRY_ASSIGN(
      SqliteStatement rows,
      ask(std::string("SELECT app, install, version, sessions, glitched, glitches FROM installs") +
              kInstallFilter +
              "AND glitched > 0 ORDER BY glitched DESC, glitches DESC, install LIMIT " +
              std::to_string(most),
          filter));
  std::vector<InstallLine> lines;
  HF_TRY(for_rows(rows, [&lines](const SqliteStatement& row) {
    lines.push_back({text_at(row, 0), static_cast<uint64_t>(row.integer(1)), text_at(row, 2),
                     row.integer(3), row.integer(4), row.integer(5)});
  }));
  return lines;
}

Result<std::vector<ReportLine>> SqliteReader::glitched_reports(const FleetFilter& filter,
                                                               int64_t most) {
  HF_TRY_ASSIGN(
      SqliteStatement rows,
      ask(std::string("SELECT id, app, version, arm, start_hour, glitches FROM reports") +
              kReportFilter + "ORDER BY start_hour DESC, number DESC LIMIT " + std::to_string(most),
          filter));
  std::vector<ReportLine> lines;
  HF_TRY(for_rows(rows, [&lines](const SqliteStatement& row) {
    ReportLine line{
        {}, text_at(row, 1), text_at(row, 2), text_at(row, 3), row.integer(4), row.integer(5)};
    const std::string_view id = row.text(0);
    std::copy_n(id.begin(), std::min(id.size(), line.id.size()), line.id.begin());
    lines.push_back(std::move(line));
  }));
  return lines;
}

Result<std::vector<CrossoverSet>> SqliteReader::histories(const FleetFilter& filter) {
  HF_TRY_ASSIGN(SqliteStatement rows,
                ask(std::string("SELECT body, start_hour FROM reports") + kReportFilter +
                        "ORDER BY start_hour DESC, id DESC LIMIT " + std::to_string(kMostHistories),
                    filter));
  std::vector<CrossoverSet> sets;
  ReportValidator validator;
  HF_TRY(for_rows(rows, [&](const SqliteStatement& row) {
    const CheckedReport checked = validator.check(row.text(0), row.integer(1));
    for (CrossoverSet& set : crossover_sets(checked.report)) sets.push_back(std::move(set));
  }));
  return sets;
}

Result<std::optional<std::string>> SqliteReader::report(const ReportId& id) {
  HF_TRY_ASSIGN(SqliteStatement find, database_.prepare("SELECT body FROM reports WHERE id = ?"));
  return find.bind_bytes(id.data(), id.size()).first_text();
}

Result<std::vector<std::string>> SqliteReader::names(const std::string& query,
                                                     const FleetFilter& filter) {
  HF_TRY_ASSIGN(SqliteStatement rows, ask(query +
                                              " AND ?1 = ?1 AND ?2 = ?2 AND ?4 = ?4 AND ?5 = ?5 "
                                              "ORDER BY 1 DESC LIMIT " +
                                              std::to_string(kMostNames),
                                          filter));
  std::vector<std::string> found;
  HF_TRY(
      for_rows(rows, [&found](const SqliteStatement& row) { found.push_back(text_at(row, 0)); }));
  return found;
}

Result<FleetOverview> SqliteReader::overview(const FleetFilter& filter) {
  // All answers are of one moment, however much comes in meanwhile.
  HF_TRY(database_.execute("BEGIN"));
  Result<FleetOverview> found = read_overview(filter);
  HF_TRY(database_.execute("COMMIT"));
  return found;
}

Result<FleetOverview> SqliteReader::read_overview(const FleetFilter& filter) {
  FleetOverview overview;
  overview.filter = filter;
  HF_TRY_ASSIGN(overview.apps,
                names("SELECT DISTINCT app FROM tokens WHERE app <> '' AND ?3 = ?3", filter));
  HF_TRY_ASSIGN(overview.versions,
                names("SELECT DISTINCT version FROM installs WHERE (?3 = '' OR app = ?3)", filter));
  HF_TRY_ASSIGN(overview.by_day, sessions(filter, SessionsBy::kDay));
  HF_TRY_ASSIGN(overview.by_version, sessions(filter, SessionsBy::kVersion));
  HF_TRY_ASSIGN(overview.by_arm, sessions(filter, SessionsBy::kArm));
  HF_TRY_ASSIGN(overview.by_os, sessions(filter, SessionsBy::kOs));
  HF_TRY_ASSIGN(overview.by_backend, sessions(filter, SessionsBy::kBackend));
  HF_TRY_ASSIGN(overview.cells, cells(filter));
  HF_TRY_ASSIGN(overview.causes, causes(filter));
  HF_TRY_ASSIGN(overview.worst_places, worst_places(filter, kMostLines));
  HF_TRY_ASSIGN(overview.installs, installs(filter));
  HF_TRY_ASSIGN(overview.worst_installs, worst_installs(filter, kMostLines));
  HF_TRY_ASSIGN(overview.glitched_reports, glitched_reports(filter, kMostLines));
  HF_TRY_ASSIGN(overview.histories, histories(filter));
  return overview;
}

}  // namespace holdfast::fleet
