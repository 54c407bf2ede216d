// SPDX-License-Identifier: MIT
// SQLite in terms of this project: errors are Results, statements are compiled once and used again,
// handles close themselves. Knows nothing of reports.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace holdfast::fleet {

/// A compiled statement. Usage: bind all parameters, step() until false; the next bind begins anew.
class SqliteStatement {
 public:
  SqliteStatement() = default;
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  /// Gives the next parameter a value. The bytes of a text must stay until the last step().
  SqliteStatement& bind(int64_t value);
  SqliteStatement& bind(std::string_view text);
  SqliteStatement& bind_bytes(const void* data, size_t size);

  /// True when there is a row to read; false at the end, after which it can be bound again.
  Result<bool> step();
  /// For a statement without rows, or of which one does not matter.
  Result<> run();

  /// The first column of the first row, if there is one. The statement is done with then: one that
  /// stays at a row would keep the write-ahead log from being taken over into the file.
  Result<std::optional<int64_t>> first_integer();
  Result<std::optional<std::string>> first_text();

  [[nodiscard]] int64_t integer(int column) const;
  /// Valid until the next step().
  [[nodiscard]] std::string_view text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void begin();

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

/// One connection to a database file. One thread at a time.
class SqliteDatabase {
 public:
  enum class Access { kCreate, kWrite, kRead };

  /// Errors: kUnavailable, with the file's name and SQLite's words.
  static Result<SqliteDatabase> open(const std::string& path, Access access);

  /// Runs statements that give no rows.
  Result<> execute(const char* statements);
  Result<SqliteStatement> prepare(std::string_view statement);
  /// The one number that `query` gives.
  Result<int64_t> number(const char* query);
  /// How many rows the last statement has changed.
  [[nodiscard]] int64_t changes() const;
  [[nodiscard]] const std::string& path() const { return path_; }

  /// The log of a database in WAL mode, in pages.
  struct Log {
    int frames = 0;
    int copied = 0;  ///< Are in the database as well.
  };
  /// Copies what can be copied without waiting for anybody.
  Result<Log> checkpoint();
  /// From now on each commit leaves the length of the log in `frames`, which outlives this, and
  /// copies nothing on its own.
  void tell_log_length(int* frames);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  SqliteDatabase(sqlite3* database, std::string path)
      : database_(database), path_(std::move(path)) {}
  Error error(const std::string& context) const;

  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
};

/// One transaction: taken back unless it was committed.
class SqliteTransaction {
 public:
  /// Errors: kUnavailable, when another process writes for too long or nothing can be written.
  static Result<SqliteTransaction> begin(SqliteDatabase& database);
  SqliteTransaction(SqliteTransaction&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)) {}
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;
  ~SqliteTransaction();

  Result<> commit();

 private:
  explicit SqliteTransaction(SqliteDatabase& database) : database_(&database) {}
  SqliteDatabase* database_;
};

}  // namespace holdfast::fleet
