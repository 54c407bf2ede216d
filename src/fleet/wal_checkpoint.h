// SPDX-License-Identifier: MIT
// Copies what SQLite's log holds into the database while others go on writing. SQLite itself does
// that within a commit, which then takes 40 ms. Only the rest that came meanwhile is left to the
// writer, since the log begins anew only when nobody is ahead.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "fleet/sqlite.h"

namespace holdfast::fleet {

/// One thread and one connection of its own, beside the one writer of a file.
class WalCheckpointer {
 public:
  /// Errors: those of SqliteDatabase::open().
  static Result<std::unique_ptr<WalCheckpointer>> open(const std::string& path);
  ~WalCheckpointer();
  WalCheckpointer(const WalCheckpointer&) = delete;
  WalCheckpointer& operator=(const WalCheckpointer&) = delete;

  /// On the writing thread, between transactions: the log of `writer` has `frames` pages now.
  void after_commit(SqliteDatabase& writer, int frames);

 private:
  explicit WalCheckpointer(SqliteDatabase database);
  void run();
  /// Under the mutex: enough for the other thread, enough for the writer.
  [[nodiscard]] bool is_long() const;
  [[nodiscard]] bool is_nearly_copied() const;

  SqliteDatabase database_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  int frames_ = 0;         ///< In the log.
  int copied_ = 0;         ///< Of these.
  int tried_at_ = 0;       ///< So many there were when the writer could not copy them all.
  bool has_news_ = false;  ///< There was a commit since the last look.
  bool is_copying_ = false;
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace holdfast::fleet
