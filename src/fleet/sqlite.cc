// SPDX-License-Identifier: MIT
#include "fleet/sqlite.h"

#include <sqlite3.h>

namespace holdfast::fleet {
namespace {

constexpr int kBusyMs = 10'000;  // how long another process may hold the file

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqliteStatement::begin() {
  if (bound_++ == 0) sqlite3_reset(statement_.get());
}

SqliteStatement& SqliteStatement::bind(int64_t value) {
  begin();
  sqlite3_bind_int64(statement_.get(), bound_, value);
  return *this;
}

SqliteStatement& SqliteStatement::bind(std::string_view text) {
  begin();
  sqlite3_bind_text(statement_.get(), bound_, text.empty() ? "" : text.data(),
                    static_cast<int>(text.size()), SQLITE_STATIC);
  return *this;
}

SqliteStatement& SqliteStatement::bind_bytes(const void* data, size_t size) {
  begin();
  sqlite3_bind_blob(statement_.get(), bound_, data, static_cast<int>(size), SQLITE_STATIC);
  return *this;
}

Result<bool> SqliteStatement::step() {
  bound_ = 0;
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  const std::string said = sqlite3_errmsg(sqlite3_db_handle(statement_.get()));
  sqlite3_reset(statement_.get());
  if (code == SQLITE_DONE) return false;
  return unavailable("SQLite: " + said);
}

Result<> SqliteStatement::run() {
  HF_TRY_ASSIGN(const bool has_row, step());
  if (has_row) sqlite3_reset(statement_.get());
  return Done{};
}

Result<std::optional<int64_t>> SqliteStatement::first_integer() {
  HF_TRY_ASSIGN(const bool has_row, step());
  if (!has_row) return std::optional<int64_t>();
  const int64_t found = integer(0);
  sqlite3_reset(statement_.get());
  return std::optional(found);
}

Result<std::optional<std::string>> SqliteStatement::first_text() {
  HF_TRY_ASSIGN(const bool has_row, step());
  if (!has_row) return std::optional<std::string>();
  std::string found(text(0));
  sqlite3_reset(statement_.get());
  return std::optional(std::move(found));
}

int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view SqliteStatement::text(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr
             ? std::string_view()
             : std::string_view(static_cast<const char*>(data), static_cast<size_t>(size));
}

void SqliteDatabase::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path, Access access) {
  int flags = access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (access == Access::kCreate) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  SqliteDatabase database(handle, path);
  if (code != SQLITE_OK) return database.error("cannot be opened");
  sqlite3_busy_timeout(handle, kBusyMs);
  sqlite3_extended_result_codes(handle, 1);
  // Opening alone reads nothing of the file.
  if (sqlite3_exec(handle, "PRAGMA schema_version", nullptr, nullptr, nullptr) == SQLITE_NOTADB) {
    return database.error("");
  }
  return database;
}

Error SqliteDatabase::error(const std::string& context) const {
  if (sqlite3_errcode(database_.get()) == SQLITE_NOTADB) {
    return {ErrorKind::kBadData, 0, path_ + " is not a database: name another file as --store"};
  }
  return unavailable(path_ + ": " + context + ": " + sqlite3_errmsg(database_.get()));
}

Result<> SqliteDatabase::execute(const char* statements) {
  if (sqlite3_exec(database_.get(), statements, nullptr, nullptr, nullptr) == SQLITE_OK) {
    return Done{};
  }
  return error("SQLite");
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view statement) {
  sqlite3_stmt* compiled = nullptr;
  const int code =
      sqlite3_prepare_v3(database_.get(), statement.data(), static_cast<int>(statement.size()),
                         SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
  if (code == SQLITE_OK) return SqliteStatement(compiled);
  return error("SQLite");
}

Result<int64_t> SqliteDatabase::number(const char* query) {
  HF_TRY_ASSIGN(SqliteStatement statement, prepare(query));
  HF_TRY_ASSIGN(const bool has_row, statement.step());
  return has_row ? statement.integer(0) : 0;
}

Result<SqliteDatabase::Log> SqliteDatabase::checkpoint() {
  Log log;
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             &log.frames, &log.copied);
  if (code == SQLITE_OK) return log;
  return error("the log cannot be copied");
}

void SqliteDatabase::tell_log_length(int* frames) {
  const auto note = [](void* target, sqlite3*, const char*, int length) {
    *static_cast<int*>(target) = length;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(database_.get(), note, frames);
}

int64_t SqliteDatabase::changes() const {
  return sqlite3_changes(database_.get());
}

Result<SqliteTransaction> SqliteTransaction::begin(SqliteDatabase& database) {
  HF_TRY(database.execute("BEGIN IMMEDIATE"));
  return SqliteTransaction(database);
}

SqliteTransaction::~SqliteTransaction() {
  // Some errors, such as a full disk, have already taken it back; then this one fails, rightly.
  if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK").ok());
}

Result<> SqliteTransaction::commit() {
  HF_TRY(database_->execute("COMMIT"));
  database_ = nullptr;
  return Done{};
}

}  // namespace holdfast::fleet
