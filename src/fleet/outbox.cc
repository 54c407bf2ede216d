// SPDX-License-Identifier: MIT
#include "fleet/outbox.h"

#include <algorithm>
#include <limits>

#include "core/shipped_report.h"

namespace holdfast::fleet {
namespace {

// ClickHouse takes 144,000 rows/s in inserts of 10,000 and 29,000/s in inserts of 1,000. The bytes
// bound what a batch takes of this process's memory.
constexpr int64_t kBatchReports = 10'000;
constexpr size_t kBatchBytes = size_t{12} << 20;
constexpr int64_t kMostRemovals = 1000;

// `after`: when all up to it are shipped, so is every report that a removal is about. The one with
// this number may never be: whoever wishes to be deleted is deleted here, too.
constexpr const char* kOutboxTables = R"(
CREATE TABLE IF NOT EXISTS shipping(
  one INTEGER PRIMARY KEY CHECK(one = 1), shipped_to INTEGER NOT NULL,
  frozen_to INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO shipping VALUES(1, 0, 0);
CREATE TABLE IF NOT EXISTS removals(
  number INTEGER PRIMARY KEY, after INTEGER NOT NULL, app TEXT NOT NULL,
  install INTEGER NOT NULL, token INTEGER NOT NULL) STRICT;
)";

/// The first half of a token's digest: the same in every collector, which its number is not.
int64_t token_of(std::string_view digest) {
  uint64_t token = 0;
  for (const char byte : digest.substr(0, 8)) token = token << 8 | static_cast<uint8_t>(byte);
  return static_cast<int64_t>(token);
}

}  // namespace

Result<> prepare_outbox(SqliteDatabase& database) {
  return database.execute(kOutboxTables);
}

Result<> remove_token_later(SqliteDatabase& database, int64_t number) {
  HF_TRY_ASSIGN(SqliteStatement find,
                database.prepare("SELECT digest FROM tokens WHERE token = ?"));
  HF_TRY_ASSIGN(const auto digest, find.bind(number).first_text());
  HF_TRY_ASSIGN(SqliteStatement insert,
                database.prepare("INSERT INTO removals(after, app, install, token) "
                                 "SELECT max(frozen_to, ifnull((SELECT max(number) FROM reports), "
                                 "0)), '', 0, ? FROM shipping"));
  return insert.bind(token_of(digest.value_or(""))).run();
}

Result<Outbox> Outbox::open(const std::string& path) {
  HF_TRY_ASSIGN(SqliteDatabase database,
                SqliteDatabase::open(path, SqliteDatabase::Access::kWrite));
  HF_TRY(database.execute(
      "PRAGMA synchronous = FULL; PRAGMA cache_size = -4000; PRAGMA wal_autocheckpoint = 0"));
  return Outbox(std::move(database));
}

Result<OutboxMarks> Outbox::marks() {
  HF_TRY_ASSIGN(SqliteStatement select,
                database_.prepare("SELECT shipped_to, frozen_to, (SELECT ifnull(max(number), 0) "
                                  "FROM reports) FROM shipping"));
  HF_TRY_ASSIGN(const bool has_row, select.step());
  if (!has_row) return unavailable(database_.path() + ": the table `shipping` is empty");
  return OutboxMarks{select.integer(0), select.integer(1), select.integer(2)};
}

Result<OutboxBatch> Outbox::read_batch(const OutboxMarks& marks) {
  const bool is_frozen = marks.frozen_to > marks.shipped_to;
  HF_TRY_ASSIGN(SqliteStatement select,
                database_.prepare("SELECT number, received_day, body, start_hour, digest FROM "
                                  "reports LEFT JOIN tokens USING(token) WHERE number > ? AND "
                                  "number <= ? ORDER BY number"));
  select.bind(marks.shipped_to);
  select.bind(is_frozen ? marks.frozen_to : std::numeric_limits<int64_t>::max());
  OutboxBatch batch;
  batch.to = is_frozen ? marks.frozen_to : marks.shipped_to;
  while (is_frozen || (batch.reports < kBatchReports && batch.rows.bytes().size() < kBatchBytes)) {
    HF_TRY_ASSIGN(const bool has_row, select.step());
    if (!has_row) break;
    const std::string_view text = select.text(2);
    const ShippedContext context{token_of(select.text(4)), select.integer(1), select.integer(0)};
    batch.to = std::max(batch.to, context.number);
    // Seen from its own hour it is as good as on the day when it was accepted.
    const CheckedReport checked = validator_.check(text, select.integer(3));
    if (!checked.is_good()) {
      batch.unreadable++;
      continue;
    }
    add_row(batch.rows, checked.report, context, text);
    batch.reports++;
  }
  return batch;
}

Result<std::vector<Removal>> Outbox::removals(const OutboxMarks& marks) {
  HF_TRY_ASSIGN(SqliteStatement select,
                database_.prepare("SELECT number, app, install, token FROM removals WHERE NOT "
                                  "EXISTS (SELECT 1 FROM reports WHERE reports.number > ? AND "
                                  "reports.number <= after) ORDER BY number LIMIT ?"));
  select.bind(marks.shipped_to).bind(kMostRemovals);
  std::vector<Removal> removals;
  while (true) {
    HF_TRY_ASSIGN(const bool has_row, select.step());
    if (!has_row) return removals;
    removals.push_back(
        {select.integer(0), std::string(select.text(1)), select.integer(2), select.integer(3)});
  }
}

Result<> Outbox::freeze(int64_t number) {
  HF_TRY_ASSIGN(SqliteStatement update, database_.prepare("UPDATE shipping SET frozen_to = ?"));
  return update.bind(number).run();
}

Result<> Outbox::mark_shipped() {
  return database_.execute("UPDATE shipping SET shipped_to = frozen_to");
}

Result<> Outbox::drop_removals(const std::vector<Removal>& removals) {
  HF_TRY_ASSIGN(SqliteTransaction transaction, SqliteTransaction::begin(database_));
  HF_TRY_ASSIGN(SqliteStatement remove, database_.prepare("DELETE FROM removals WHERE number = ?"));
  for (const Removal& removal : removals) HF_TRY(remove.bind(removal.number).run());
  return transaction.commit();
}

}  // namespace holdfast::fleet
