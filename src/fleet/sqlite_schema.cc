// SPDX-License-Identifier: MIT
#include "fleet/sqlite_schema.h"

namespace holdfast::fleet {
namespace {

constexpr int64_t kApplicationId = 0x48464C44;  // "HFLD", for file(1) and for us

// FULL: a commit has reached the disk, so a report that was acknowledged outlives a power cut.
constexpr const char* kSettings = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -24000;
PRAGMA journal_size_limit = 268435456;
PRAGMA foreign_keys = OFF;
)";

// `reports` has rows of 2 KB, so its key is an index apart. Ids begin with their hour, which keeps
// the places of insertion together. An index by installation would have a new place for every
// report, which costs as much as the report itself; whose reports are to go is in `wishes`, with
// the number up to which they have been looked for. The tables of sums are their own indexes.
constexpr const char* kTables = R"(
CREATE TABLE tokens(
  token INTEGER PRIMARY KEY, app TEXT NOT NULL, digest BLOB NOT NULL UNIQUE,
  created_day INTEGER NOT NULL, is_revoked INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE reports(
  number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, hash INTEGER NOT NULL,
  token INTEGER NOT NULL, app TEXT NOT NULL, version TEXT NOT NULL, arm TEXT NOT NULL,
  install INTEGER NOT NULL, start_hour INTEGER NOT NULL, received_day INTEGER NOT NULL,
  glitches INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX reports_with_glitches ON reports(start_hour) WHERE glitches > 0;
CREATE TABLE installs(
  app TEXT NOT NULL, install INTEGER NOT NULL, version TEXT NOT NULL,
  first_day INTEGER NOT NULL, last_day INTEGER NOT NULL,
  sessions INTEGER NOT NULL, glitched INTEGER NOT NULL, glitches INTEGER NOT NULL,
  received_day INTEGER NOT NULL, received INTEGER NOT NULL,
  PRIMARY KEY(app, install)) STRICT, WITHOUT ROWID;
CREATE TABLE wishes(
  app TEXT NOT NULL, install INTEGER NOT NULL, looked_to INTEGER NOT NULL,
  PRIMARY KEY(app, install)) STRICT, WITHOUT ROWID;
CREATE TABLE session_sums(
  day INTEGER NOT NULL, app TEXT NOT NULL, version TEXT NOT NULL, os TEXT NOT NULL,
  backend TEXT NOT NULL, arm TEXT NOT NULL, bucket INTEGER NOT NULL,
  reports INTEGER NOT NULL, sessions INTEGER NOT NULL, glitched INTEGER NOT NULL,
  glitches INTEGER NOT NULL, exposure_ms INTEGER NOT NULL, frames_lost INTEGER NOT NULL,
  PRIMARY KEY(day, app, version, os, backend, arm, bucket)) STRICT, WITHOUT ROWID;
CREATE TABLE cell_sums(
  day INTEGER NOT NULL, app TEXT NOT NULL, version TEXT NOT NULL, arm TEXT NOT NULL,
  bucket INTEGER NOT NULL, cells BLOB NOT NULL,
  PRIMARY KEY(day, app, version, arm, bucket)) STRICT, WITHOUT ROWID;
CREATE TABLE cause_sums(
  day INTEGER NOT NULL, app TEXT NOT NULL, version TEXT NOT NULL, arm TEXT NOT NULL,
  cause TEXT NOT NULL, object TEXT NOT NULL, symbol TEXT NOT NULL,
  glitches INTEGER NOT NULL, stall_us INTEGER NOT NULL,
  PRIMARY KEY(day, app, version, arm, cause, object, symbol)) STRICT, WITHOUT ROWID;
)";

Result<> create_tables(SqliteDatabase& database) {
  HF_TRY_ASSIGN(SqliteTransaction transaction, SqliteTransaction::begin(database));
  HF_TRY(database.execute(kTables));
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(kStoreVersion);
  HF_TRY(database.execute(marks.c_str()));
  return transaction.commit();
}

Result<bool> is_empty(SqliteDatabase& database) {
  HF_TRY_ASSIGN(const int64_t objects, database.number("SELECT count(*) FROM sqlite_schema"));
  return objects == 0;
}

}  // namespace

Result<> check_store(SqliteDatabase& database) {
  HF_TRY_ASSIGN(const int64_t application, database.number("PRAGMA application_id"));
  if (application != kApplicationId) {
    return usage_error(database.path() + " holds no field reports: name another file as --store");
  }
  HF_TRY_ASSIGN(const int64_t version, database.number("PRAGMA user_version"));
  if (version == kStoreVersion) return Done{};
  return unavailable(database.path() + " was made by another version of holdfast (its tables are " +
                     std::to_string(version) + ", ours " + std::to_string(kStoreVersion) +
                     "): use that version, or begin a new file with --store");
}

Result<> prepare_for_writing(SqliteDatabase& database) {
  HF_TRY_ASSIGN(const bool is_new, is_empty(database));
  if (!is_new) HF_TRY(check_store(database));
  HF_TRY(database.execute(kSettings));
  return is_new ? create_tables(database) : Result<>(Done{});
}

}  // namespace holdfast::fleet
