// SPDX-License-Identifier: MIT
// Field reports in one SQLite file: the reports themselves, and what they add up to, changed in the
// same transaction, so that sums and reports agree whenever the program is killed.
#pragma once

#include <memory>
#include <string>

#include "core/fleet_sums.h"
#include "fleet/sqlite.h"
#include "fleet/store.h"
#include "fleet/wal_checkpoint.h"

namespace holdfast::fleet {

/// How many reports of one installation are kept per day. A storm of one user would otherwise
/// decide what a fleet looks like.
inline constexpr int64_t kMostReportsPerDay = 200;

/// The one writer of a file.
class SqliteStore : public Store {
 public:
  /// Opens or makes the file at `path`, readable by this user alone. Errors: kUnavailable when it
  /// is of another version, no store, or cannot be written.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path);
  ~SqliteStore() override;

  Result<std::vector<AppendOutcome>> append(std::span<const IncomingReport> reports,
                                            int64_t today) override;
  Result<int64_t> retain(int64_t oldest_day) override;
  Result<bool> grant_wishes() override;
  Result<int64_t> take_out(int64_t token) override;

 private:
  struct Statements;
  explicit SqliteStore(SqliteDatabase database);

  Result<AppendOutcome> append_one(const IncomingReport& incoming, int64_t today);
  Result<AppendOutcome> insert(const IncomingReport& incoming, int64_t today);
  Result<> count_install(const ReceivedReport& report, int64_t today);
  Result<> delete_install(const ReceivedReport& report);
  Result<> write_sums(const FleetSums& sums);
  Result<> write_cells(const FleetSums& sums);

  SqliteDatabase database_;
  int log_frames_ = 0;
  std::unique_ptr<WalCheckpointer> checkpointer_;
  std::unique_ptr<Statements> statements_;
  FleetSums pending_;  ///< Of the transaction under way.
};

}  // namespace holdfast::fleet
