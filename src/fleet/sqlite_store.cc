// SPDX-License-Identifier: MIT
#include "fleet/sqlite_store.h"

#define XXH_INLINE_ALL
#include <sys/stat.h>
#include <xxhash.h>

#include "core/report_validator.h"
#include "fleet/outbox.h"
#include "fleet/sqlite_schema.h"

namespace holdfast::fleet {
namespace {

constexpr const char* kInsertReport =
    "INSERT OR IGNORE INTO reports(number, id, hash, token, app, version, arm, install, "
    "start_hour, received_day, glitches, body) VALUES(?,?,?,?,?,?,?,?,?,?,?,CAST(? AS TEXT))";
constexpr const char* kCountInstall =
    "INSERT INTO installs VALUES(?1,?2,?3,?4,?4,?5,?6,?7,?8,1) ON CONFLICT DO UPDATE SET "
    "version = excluded.version, first_day = min(first_day, excluded.first_day), "
    "last_day = max(last_day, excluded.last_day), sessions = sessions + excluded.sessions, "
    "glitched = glitched + excluded.glitched, glitches = glitches + excluded.glitches, "
    "received = CASE received_day WHEN excluded.received_day THEN received + 1 ELSE 1 END, "
    "received_day = excluded.received_day "
    "WHERE received_day <> excluded.received_day OR received < ?9";
constexpr const char* kAddSessions =
    "INSERT INTO session_sums VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "reports = reports + excluded.reports, sessions = sessions + excluded.sessions, "
    "glitched = glitched + excluded.glitched, glitches = glitches + excluded.glitches, "
    "exposure_ms = exposure_ms + excluded.exposure_ms, "
    "frames_lost = frames_lost + excluded.frames_lost";
constexpr const char* kAddCauses =
    "INSERT INTO cause_sums VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "glitches = glitches + excluded.glitches, stall_us = stall_us + excluded.stall_us";
// The first rows are the oldest ones: numbers rise as reports come.
constexpr const char* kForgetOld =
    "DELETE FROM reports WHERE number IN (SELECT number FROM reports ORDER BY number LIMIT 500) "
    "AND received_day < ?";
constexpr const char* kForgetShipped =
    "DELETE FROM reports WHERE number IN (SELECT number FROM reports ORDER BY number LIMIT 500) "
    "AND received_day < ? AND number <= (SELECT shipped_to FROM shipping)";
// Its reports are among those that have a number now.
constexpr const char* kAddRemoval =
    "INSERT INTO removals(after, app, install, token) VALUES(?,?,?,0)";
// A stretch of reports, from where the first wish has come to.
constexpr const char* kGrantWishes =
    "DELETE FROM reports WHERE number > (SELECT min(looked_to) FROM wishes) AND "
    "number <= (SELECT min(looked_to) FROM wishes) + 5000 AND "
    "(app, install) IN (SELECT app, install FROM wishes)";
constexpr const char* kMoveWishes =
    "UPDATE wishes SET looked_to = max(looked_to, (SELECT min(looked_to) FROM wishes) + 5000)";
constexpr const char* kEndWishes =
    "DELETE FROM wishes WHERE looked_to >= (SELECT ifnull(max(number), 0) FROM reports)";

// Those that have reports under this token and under no other.
constexpr const char* kDeleteInstalls =
    "DELETE FROM installs WHERE (app, install) IN "
    "(SELECT app, install FROM reports GROUP BY app, install HAVING min(token) = ?1 AND "
    "max(token) = ?1)";
constexpr const char* kDropEmptySums =
    "DELETE FROM session_sums WHERE reports = 0; DELETE FROM cause_sums WHERE glitches = 0; "
    "DELETE FROM cell_sums WHERE length(cells) = 0";

int64_t hash_of(std::string_view text) {
  return static_cast<int64_t>(XXH3_64bits(text.data(), text.size()));
}

int64_t as_stored(uint64_t install) {
  return static_cast<int64_t>(install);
}

}  // namespace

struct SqliteStore::Statements {
  SqliteStatement insert_report;
  SqliteStatement find_hash;
  SqliteStatement remove_report;
  SqliteStatement count_install;
  SqliteStatement add_wish;
  SqliteStatement delete_install;
  SqliteStatement add_sessions;
  SqliteStatement find_cells;
  SqliteStatement put_cells;
  SqliteStatement add_causes;
  SqliteStatement forget_old;
  SqliteStatement add_removal;  // of an inbox
  SqliteStatement reports_of_token;
  SqliteStatement delete_of_token;
  SqliteStatement delete_installs_of_token;

  Result<> prepare(SqliteDatabase& database, SqliteUse use) {
    if (use == SqliteUse::kInbox) {
      HF_TRY_ASSIGN(add_removal, database.prepare(kAddRemoval));
    }
    const std::pair<SqliteStatement*, const char*> all[] = {
        {&insert_report, kInsertReport},
        {&find_hash, "SELECT hash FROM reports WHERE id = ?"},
        {&remove_report, "DELETE FROM reports WHERE id = ?"},
        {&count_install, kCountInstall},
        {&add_wish, "INSERT OR REPLACE INTO wishes(install, app, looked_to) VALUES(?,?,0)"},
        {&delete_install, "DELETE FROM installs WHERE install = ? AND app = ?"},
        {&add_sessions, kAddSessions},
        {&find_cells,
         "SELECT cells FROM cell_sums WHERE day=? AND app=? AND version=? AND arm=? AND bucket=?"},
        {&put_cells, "INSERT OR REPLACE INTO cell_sums VALUES(?,?,?,?,?,?)"},
        {&add_causes, kAddCauses},
        {&forget_old, use == SqliteUse::kInbox ? kForgetShipped : kForgetOld},
        {&reports_of_token, "SELECT body, start_hour FROM reports WHERE token = ?"},
        {&delete_of_token, "DELETE FROM reports WHERE token = ?"},
        {&delete_installs_of_token, kDeleteInstalls},
    };
    for (const auto& [statement, text] : all) {
      HF_TRY_ASSIGN(*statement, database.prepare(text));
    }
    return Done{};
  }
};

SqliteStore::SqliteStore(SqliteDatabase database, SqliteUse use)
    : database_(std::move(database)), use_(use), statements_(std::make_unique<Statements>()) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, SqliteUse use) {
  const mode_t mask = umask(077);  // for the file and the two that SQLite puts beside it
  auto database = SqliteDatabase::open(path, SqliteDatabase::Access::kCreate);
  Result<> is_prepared = database ? prepare_for_writing(*database) : database.error();
  umask(mask);
  HF_TRY(std::move(is_prepared));
  if (use == SqliteUse::kInbox) HF_TRY(prepare_outbox(*database));
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(*database), use));
  HF_TRY(store->statements_->prepare(store->database_, use));
  store->database_.tell_log_length(&store->log_frames_);
  HF_TRY_ASSIGN(store->checkpointer_, WalCheckpointer::open(path));
  return store;
}

Result<std::vector<AppendOutcome>> SqliteStore::append(std::span<const IncomingReport> reports,
                                                       int64_t today) {
  auto outcomes = append_all(reports, today);
  if (!outcomes) last_number_.reset();  // the numbers of what was taken back are free again
  return outcomes;
}

/// Not when it is opened: another collector may write until this one has the lock.
Result<> SqliteStore::find_last_number() {
  const char* query = use_ == SqliteUse::kInbox
                          ? "SELECT max(ifnull(max(number), 0), (SELECT max(shipped_to, frozen_to) "
                            "FROM shipping)) FROM reports"
                          : "SELECT ifnull(max(number), 0) FROM reports";
  HF_TRY_ASSIGN(last_number_, database_.number(query));
  return Done{};
}

Result<std::vector<AppendOutcome>> SqliteStore::append_all(std::span<const IncomingReport> reports,
                                                           int64_t today) {
  pending_ = {};
  HF_TRY_ASSIGN(SqliteTransaction transaction, SqliteTransaction::begin(database_));
  if (!last_number_) HF_TRY(find_last_number());
  std::vector<AppendOutcome> outcomes;
  outcomes.reserve(reports.size());
  for (const IncomingReport& incoming : reports) {
    HF_TRY_ASSIGN(const AppendOutcome outcome, append_one(incoming, today));
    outcomes.push_back(outcome);
  }
  HF_TRY(write_sums(pending_));
  HF_TRY(transaction.commit());
  checkpointer_->after_commit(database_, log_frames_);
  return outcomes;
}

Result<AppendOutcome> SqliteStore::append_one(const IncomingReport& incoming, int64_t today) {
  const ReceivedReport& report = incoming.report;
  if (report.kind == ReportKind::kDeletion) {
    HF_TRY(delete_install(report));
    return AppendOutcome::kStored;
  }
  HF_TRY_ASSIGN(const AppendOutcome outcome, insert(incoming, today));
  if (outcome != AppendOutcome::kStored) return outcome;
  HF_TRY(count_install(report, today));
  if (database_.changes() == 0) {
    HF_TRY(statements_->remove_report.bind_bytes(report.id.data(), report.id.size()).run());
    return AppendOutcome::kTooMany;
  }
  ++*last_number_;
  pending_.add(report);
  return outcome;
}

Result<AppendOutcome> SqliteStore::insert(const IncomingReport& incoming, int64_t today) {
  const ReceivedReport& report = incoming.report;
  const int64_t hash = hash_of(incoming.text);
  HF_TRY(statements_->insert_report.bind(*last_number_ + 1)
             .bind_bytes(report.id.data(), report.id.size())
             .bind(hash)
             .bind(incoming.token)
             .bind(report.app)
             .bind(report.version)
             .bind(report.arm)
             .bind(as_stored(report.install))
             .bind(report.start_hour)
             .bind(today)
             .bind(report.glitches)
             .bind(incoming.text)
             .run());
  if (database_.changes() == 1) return AppendOutcome::kStored;
  SqliteStatement& find = statements_->find_hash;
  HF_TRY_ASSIGN(const auto known,
                find.bind_bytes(report.id.data(), report.id.size()).first_integer());
  return known == hash ? AppendOutcome::kDuplicate : AppendOutcome::kConflict;
}

Result<> SqliteStore::count_install(const ReceivedReport& report, int64_t today) {
  return statements_->count_install.bind(report.app)
      .bind(as_stored(report.install))
      .bind(report.version)
      .bind(report.start_day())
      .bind(report.weight)
      .bind(report.glitches > 0 ? report.weight : 0)
      .bind(report.weight * report.glitches)
      .bind(today)
      .bind(kMostReportsPerDay)
      .run();
}

Result<> SqliteStore::delete_install(const ReceivedReport& report) {
  const int64_t install = as_stored(report.install);
  if (use_ == SqliteUse::kInbox) {
    HF_TRY(statements_->add_removal.bind(*last_number_).bind(report.app).bind(install).run());
  }
  HF_TRY(statements_->add_wish.bind(install).bind(report.app).run());
  return statements_->delete_install.bind(install).bind(report.app).run();
}

Result<> SqliteStore::write_sums(const FleetSums& sums) {
  for (const auto& [key, sum] : sums.sessions) {
    SqliteStatement& add = statements_->add_sessions;
    add.bind(key.day).bind(key.app).bind(key.version).bind(key.os).bind(key.backend).bind(key.arm);
    add.bind(int64_t{key.bucket}).bind(sum.reports).bind(sum.sessions).bind(sum.glitched);
    HF_TRY(add.bind(sum.glitches).bind(sum.exposure_ms).bind(sum.frames_lost).run());
  }
  for (const auto& [key, sum] : sums.causes) {
    SqliteStatement& add = statements_->add_causes;
    add.bind(key.day).bind(key.app).bind(key.version).bind(key.arm).bind(key.cause);
    HF_TRY(add.bind(key.object).bind(key.symbol).bind(sum.glitches).bind(sum.stall_us).run());
  }
  return write_cells(sums);
}

Result<> SqliteStore::write_cells(const FleetSums& sums) {
  const auto bind_key = [](SqliteStatement& statement, const CellKey& key) -> SqliteStatement& {
    return statement.bind(key.day)
        .bind(key.app)
        .bind(key.version)
        .bind(key.arm)
        .bind(int64_t{key.bucket});
  };
  for (const auto& [key, added] : sums.cells) {
    SqliteStatement& find = statements_->find_cells;
    HF_TRY_ASSIGN(const auto kept, bind_key(find, key).first_text());
    CellSums cells = added;
    if (kept) {
      const auto old = decode_cells(*kept);
      if (!old) return unavailable(database_.path() + ": cell_sums is damaged");
      cells += *old;
    }
    const std::string bytes = encode_cells(cells);
    HF_TRY(bind_key(statements_->put_cells, key).bind_bytes(bytes.data(), bytes.size()).run());
  }
  return Done{};
}

Result<int64_t> SqliteStore::retain(int64_t oldest_day) {
  HF_TRY(statements_->forget_old.bind(oldest_day).run());
  const int64_t count = database_.changes();
  checkpointer_->after_commit(database_, log_frames_);
  return count;
}

Result<bool> SqliteStore::grant_wishes() {
  HF_TRY_ASSIGN(const int64_t wishes, database_.number("SELECT count(*) FROM wishes"));
  if (wishes == 0) return false;
  HF_TRY_ASSIGN(SqliteTransaction transaction, SqliteTransaction::begin(database_));
  for (const char* step : {kGrantWishes, kMoveWishes, kEndWishes}) HF_TRY(database_.execute(step));
  HF_TRY(transaction.commit());
  checkpointer_->after_commit(database_, log_frames_);
  return true;
}

Result<int64_t> SqliteStore::take_out(int64_t token) {
  FleetSums sums;
  ReportValidator validator;
  HF_TRY_ASSIGN(SqliteTransaction transaction, SqliteTransaction::begin(database_));
  SqliteStatement& reports = statements_->reports_of_token;
  reports.bind(token);
  while (true) {
    HF_TRY_ASSIGN(const bool has_row, reports.step());
    if (!has_row) break;
    // Seen from its own hour it is as good as on the day when it was accepted.
    const CheckedReport checked = validator.check(reports.text(0), reports.integer(1));
    if (checked.is_good()) sums.add(checked.report, -1);
  }
  HF_TRY(statements_->delete_installs_of_token.bind(token).run());
  HF_TRY(statements_->delete_of_token.bind(token).run());
  const int64_t count = database_.changes();
  HF_TRY(write_sums(sums));
  HF_TRY(database_.execute(kDropEmptySums));
  HF_TRY(transaction.commit());
  return count;
}

}  // namespace holdfast::fleet
