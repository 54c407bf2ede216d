// SPDX-License-Identifier: MIT
#include "fleet/clickhouse_reader.h"

#include <utility>

#include "core/report_crossover.h"
#include "core/report_forms.h"
#include "core/report_validator.h"
#include "core/row_binary.h"
#include "fleet/clickhouse_schema.h"

namespace holdfast::fleet {
namespace {

// Only what servers of 2018 and of today read alike: no WITH, no window functions, no parameters,
// no quantiles, and every number as an Int64.
constexpr const char* kSums =
    "toInt64(count()) AS s1, toInt64(sum(weight)) AS s2, "
    "toInt64(sum(if(glitches > 0, weight, 0))) AS s3, toInt64(sum(weight * glitches)) AS s4, "
    "toInt64(sum(weight * exposure_ms)) AS s5, toInt64(sum(weight * frames_lost)) AS s6";
constexpr const char* kSumsOfSums = "sum(s1), sum(s2), sum(s3), sum(s4), sum(s5), sum(s6)";

std::string is_text(const char* column, const std::string& wanted) {
  return wanted.empty() ? "" : std::string(" AND ") + column + " = " + quoted(wanted);
}

std::string days_of(const FleetFilter& filter) {
  return "day BETWEEN " + std::to_string(filter.first_day) + " AND " +
         std::to_string(filter.last_day);
}

std::string where_of(const FleetFilter& filter) {
  return days_of(filter) + is_text("app", filter.app) + is_text("version", filter.version) +
         is_text("arm", filter.arm);
}

/// "day BETWEEN 7 AND 20 OR ..."; "0" for no weeks. Ranges of days, which partitions are found by.
std::string days_of_weeks(const std::vector<int64_t>& weeks) {
  std::string condition;
  for (size_t i = 0; i < weeks.size();) {
    size_t end = i + 1;
    while (end < weeks.size() && weeks[end] == weeks[end - 1] + 1) end++;
    if (!condition.empty()) condition += " OR ";
    condition += "day BETWEEN " + std::to_string(weeks[i] * kDaysPerWeek) + " AND " +
                 std::to_string(weeks[end - 1] * kDaysPerWeek + kDaysPerWeek - 1);
    i = end;
  }
  return condition;
}

/// The number as the half of an id that it came from.
void put_half(int64_t half, ReportId& id, size_t begin) {
  for (size_t i = 0; i < 8; i++) {
    id[begin + i] = static_cast<uint8_t>(static_cast<uint64_t>(half) >> (56 - 8 * i));
  }
}

std::string half_text(const ReportId& id, size_t begin) {
  uint64_t half = 0;
  for (size_t i = begin; i < begin + 8; i++) half = half << 8 | id[i];
  return std::to_string(half);
}

}  // namespace

Result<std::unique_ptr<ClickhouseReader>> ClickhouseReader::open(
    const ClickhousePlace& place, std::function<bool()> should_stop) {
  HF_TRY_ASSIGN(Clickhouse clickhouse, Clickhouse::open(place, std::move(should_stop)));
  return std::unique_ptr<ClickhouseReader>(new ClickhouseReader(std::move(clickhouse)));
}

std::string ClickhouseReader::of_all_rows(const Question& question) const {
  const auto select = [&question](const char* final, const std::string& days) {
    return "SELECT " + question.columns + " FROM " + kReportTable + final + question.joined +
           " WHERE " + question.where + days + question.rest;
  };
  if (is_in_parts_.empty()) return "(" + select("", "") + ")";
  // FINAL reads rows one by one, in the order of their keys: about four times as slow.
  return "(" + select("", " AND NOT (" + is_in_parts_ + ")") + " UNION ALL " +
         select(" FINAL", " AND (" + is_in_parts_ + ")") + ")";
}

template <class Each>
Result<> ClickhouseReader::for_rows(const std::string& statement, Each each) {
  HF_TRY_ASSIGN(const std::string answer, clickhouse_.ask(statement + " FORMAT RowBinary"));
  RowBinaryReader rows(answer);
  while (rows.has_more()) each(rows);
  if (rows.is_whole()) return Done{};
  return unavailable("clickhouse: an answer is cut off");
}

Result<std::vector<std::string>> ClickhouseReader::names(const std::string& statement) {
  std::vector<std::string> found;
  HF_TRY(for_rows(statement, [&found](RowBinaryReader& row) { found.push_back(row.text()); }));
  return found;
}

Result<std::vector<SessionGroup>> ClickhouseReader::sessions(const FleetFilter& filter,
                                                             const char* column) {
  const std::string name = std::string("toString(") + column + ") AS name, ";
  const std::string rows =
      of_all_rows({name + "toInt64(bucket) AS place, " + kSums, "", where_of(filter),
                   std::string(" GROUP BY ") + column + ", bucket"});
  std::vector<SessionGroup> groups;
  HF_TRY(for_rows(std::string("SELECT name, place, ") + kSumsOfSums + " FROM " + rows +
                      " GROUP BY name, place ORDER BY name, place",
                  [&groups](RowBinaryReader& row) {
                    SessionGroup& group = groups.emplace_back();
                    group.name = row.text();
                    group.bucket = static_cast<int>(row.number());
                    SessionSums& sums = group.sums;
                    for (int64_t* sum : {&sums.reports, &sums.sessions, &sums.glitched,
                                         &sums.glitches, &sums.exposure_ms, &sums.frames_lost}) {
                      *sum = row.number();
                    }
                  }));
  return groups;
}

Result<std::array<CellSums, kInstallBuckets>> ClickhouseReader::cells(const FleetFilter& filter) {
  const std::string rows =
      of_all_rows({"toInt64(c) AS place, toInt64(sum(s)) AS s1, toInt64(sum(g)) AS s2",
                   " ARRAY JOIN cell_keys AS c, cell_seconds AS s, cell_glitches AS g",
                   where_of(filter), " GROUP BY c"});
  std::array<CellSums, kInstallBuckets> sums{};
  HF_TRY(for_rows("SELECT place, sum(s1), sum(s2) FROM " + rows + " GROUP BY place",
                  [&sums](RowBinaryReader& row) {
                    const auto place = static_cast<uint64_t>(row.number());
                    const CellCount count{row.number(), row.number()};
                    if (place / kCells < sums.size()) sums[place / kCells][place % kCells] = count;
                  }));
  return sums;
}

Result<std::vector<CauseGroup>> ClickhouseReader::causes(const FleetFilter& filter) {
  const std::string rows =
      of_all_rows({"c, toInt64(sum(weight)) AS s1, toInt64(sum(weight * t)) AS s2",
                   " ARRAY JOIN causes AS c, stalls_us AS t", where_of(filter), " GROUP BY c"});
  std::vector<CauseGroup> groups;
  HF_TRY(for_rows("SELECT c, sum(s1) AS n, sum(s2) FROM " + rows + " GROUP BY c ORDER BY n DESC, c",
                  [&groups](RowBinaryReader& row) {
                    CauseGroup& group = groups.emplace_back();
                    group.cause = row.text();
                    group.sums.glitches = row.number();
                    group.sums.stall_us = row.number();
                  }));
  return groups;
}

Result<std::vector<CauseGroup>> ClickhouseReader::worst_places(const FleetFilter& filter) {
  const std::string rows =
      of_all_rows({"c, o, y, toInt64(sum(weight)) AS s1, toInt64(sum(weight * t)) AS s2",
                   " ARRAY JOIN causes AS c, objects AS o, symbols AS y, stalls_us AS t",
                   where_of(filter) + " AND o <> ''", " GROUP BY c, o, y"});
  std::vector<CauseGroup> groups;
  HF_TRY(for_rows("SELECT c, o, y, sum(s1) AS n, sum(s2) AS m FROM " + rows +
                      " GROUP BY c, o, y ORDER BY n DESC, m DESC, c, o, y LIMIT " +
                      std::to_string(kMostLines),
                  [&groups](RowBinaryReader& row) {
                    CauseGroup& group = groups.emplace_back();
                    for (std::string* text : {&group.cause, &group.object, &group.symbol}) {
                      *text = row.text();
                    }
                    group.sums.glitches = row.number();
                    group.sums.stall_us = row.number();
                  }));
  return groups;
}

/// One row for each installation that is known by name, from all of its reports.
std::string ClickhouseReader::by_install(const std::string& app) const {
  return "(SELECT install_key, any(a) AS app, any(i) AS install, argMax(v, m) AS version, "
         "min(f) AS first_day, max(l) AS last_day, sum(s2) AS sessions, sum(s3) AS glitched, "
         "sum(s4) AS all_glitches FROM " +
         of_all_rows({std::string("install_key, any(app) AS a, any(install) AS i, "
                                  "argMax(version, arrival) AS v, max(arrival) AS m, "
                                  "min(day) AS f, max(day) AS l, ") +
                          kSums,
                      "", "install_key <> 0" + is_text("app", app), " GROUP BY install_key"}) +
         " GROUP BY install_key)";
}

Result<> ClickhouseReader::installs(FleetOverview& overview) {
  const FleetFilter& filter = overview.filter;
  const std::string each = by_install(filter.app);
  HF_TRY_ASSIGN(overview.versions,
                names("SELECT DISTINCT version FROM " + each + " ORDER BY version DESC LIMIT " +
                      std::to_string(kMostNames)));
  const std::string chosen = each + " WHERE last_day >= " + std::to_string(filter.first_day) +
                             " AND first_day <= " + std::to_string(filter.last_day) +
                             is_text("version", filter.version);
  HF_TRY(for_rows("SELECT toInt64(count()), toInt64(sum(glitched = 0)) FROM " + chosen,
                  [&overview](RowBinaryReader& row) {
                    overview.installs = {row.number(), row.number()};
                  }));
  return for_rows(
      "SELECT app, install, version, sessions, glitched, all_glitches FROM " + chosen +
          " AND glitched > 0 ORDER BY glitched DESC, all_glitches DESC, install LIMIT " +
          std::to_string(kMostLines),
      [&overview](RowBinaryReader& row) {
        InstallLine& line = overview.worst_installs.emplace_back();
        line.app = row.text();
        line.install = static_cast<uint64_t>(row.number());
        line.version = row.text();
        line.sessions = row.number();
        line.glitched = row.number();
        line.glitches = row.number();
      });
}

Result<std::vector<ReportLine>> ClickhouseReader::glitched_reports(const FleetFilter& filter) {
  const std::string order = " ORDER BY hour DESC, arrival DESC LIMIT " + std::to_string(kMostLines);
  const std::string rows =
      of_all_rows({"toInt64(id_high) AS high, toInt64(id_low) AS low, app, version, arm, "
                   "toInt64(start_hour) AS hour, toInt64(glitches) AS count, arrival",
                   "", where_of(filter) + " AND glitches > 0 AND is_kept = 1", order});
  std::vector<ReportLine> lines;
  HF_TRY(for_rows("SELECT high, low, app, version, arm, hour, count FROM " + rows + order,
                  [&lines](RowBinaryReader& row) {
                    ReportLine& line = lines.emplace_back();
                    put_half(row.number(), line.id, 0);
                    put_half(row.number(), line.id, 8);
                    for (std::string* text : {&line.app, &line.version, &line.arm}) {
                      *text = row.text();
                    }
                    line.start_hour = row.number();
                    line.glitches = row.number();
                  }));
  return lines;
}

Result<std::vector<CrossoverSet>> ClickhouseReader::histories(const FleetFilter& filter) {
  const std::string order =
      " ORDER BY hour DESC, arrival DESC LIMIT " + std::to_string(kMostHistories);
  const std::string rows =
      of_all_rows({"body, toInt64(start_hour) AS hour, arrival", "",
                   where_of(filter) + " AND glitches > 0 AND is_kept = 1", order});
  std::vector<CrossoverSet> sets;
  ReportValidator validator;
  HF_TRY(for_rows("SELECT body, hour FROM " + rows + order, [&](RowBinaryReader& row) {
    const std::string body = row.text();
    const CheckedReport checked = validator.check(body, row.number());
    for (CrossoverSet& set : crossover_sets(checked.report)) sets.push_back(std::move(set));
  }));
  return sets;
}

Result<std::optional<std::string>> ClickhouseReader::report(const ReportId& id) {
  std::optional<std::string> found;
  HF_TRY(for_rows(std::string("SELECT body FROM ") + kReportTable +
                      " WHERE id_high = " + half_text(id, 0) + " AND id_low = " + half_text(id, 8) +
                      " AND is_kept = 1 LIMIT 1",
                  [&found](RowBinaryReader& row) { found = row.text(); }));
  return found;
}

Result<FleetOverview> ClickhouseReader::overview(const FleetFilter& filter) {
  FleetOverview overview;
  overview.filter = filter;
  HF_TRY_ASSIGN(const auto weeks, weeks_in_parts(clickhouse_));
  is_in_parts_ = days_of_weeks(weeks);
  HF_TRY_ASSIGN(overview.apps,
                names(std::string("SELECT app FROM ") + kReportTable +
                      " GROUP BY app ORDER BY app DESC LIMIT " + std::to_string(kMostNames)));
  HF_TRY_ASSIGN(overview.by_day, sessions(filter, "day"));
  HF_TRY_ASSIGN(overview.by_version, sessions(filter, "version"));
  HF_TRY_ASSIGN(overview.by_arm, sessions(filter, "arm"));
  HF_TRY_ASSIGN(overview.by_os, sessions(filter, "os"));
  HF_TRY_ASSIGN(overview.by_backend, sessions(filter, "backend"));
  HF_TRY_ASSIGN(overview.cells, cells(filter));
  HF_TRY_ASSIGN(overview.causes, causes(filter));
  HF_TRY_ASSIGN(overview.worst_places, worst_places(filter));
  HF_TRY(installs(overview));
  HF_TRY_ASSIGN(overview.glitched_reports, glitched_reports(filter));
  HF_TRY_ASSIGN(overview.histories, histories(filter));
  return overview;
}

}  // namespace holdfast::fleet
