// SPDX-License-Identifier: MIT
// Field reports in one SQLite file: the reports themselves, and what they add up to, changed in the
// same transaction, so that sums and reports agree whenever the program is killed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/fleet_sums.h"
#include "fleet/sqlite.h"
#include "fleet/store.h"
#include "fleet/wal_checkpoint.h"

namespace holdfast::fleet {

/// How many reports of one installation are kept per day. A storm of one user would otherwise
/// decide what a fleet looks like.
inline constexpr int64_t kMostReportsPerDay = 200;

/// How long an inbox keeps reports that have been shipped: as long as it knows a report that comes
/// again. One that comes later is shipped again, and counts once there, too.
inline constexpr int64_t kInboxDays = 2;

/// What a file is for.
enum class SqliteUse : uint8_t {
  kStore,  ///< Everything is in it.
  kInbox,  ///< Reports go on to another store: none is forgotten before it has been shipped.
};

/// The one writer of a file.
class SqliteStore : public Store {
 public:
  /// Opens or makes the file at `path`, readable by this user alone. Errors: kUnavailable when it
  /// is of another version, no store, or cannot be written.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path,
                                                   SqliteUse use = SqliteUse::kStore);
  ~SqliteStore() override;

  Result<std::vector<AppendOutcome>> append(std::span<const IncomingReport> reports,
                                            int64_t today) override;
  Result<int64_t> retain(int64_t oldest_day) override;
  Result<bool> grant_wishes() override;
  Result<int64_t> take_out(int64_t token) override;

 private:
  struct Statements;
  SqliteStore(SqliteDatabase database, SqliteUse use);

  Result<std::vector<AppendOutcome>> append_all(std::span<const IncomingReport> reports,
                                                int64_t today);
  Result<> find_last_number();
  Result<AppendOutcome> append_one(const IncomingReport& incoming, int64_t today);
  Result<AppendOutcome> insert(const IncomingReport& incoming, int64_t today);
  Result<> count_install(const ReceivedReport& report, int64_t today);
  Result<> delete_install(const ReceivedReport& report);
  Result<> write_sums(const FleetSums& sums);
  Result<> write_cells(const FleetSums& sums);

  SqliteDatabase database_;
  const SqliteUse use_;
  // Numbers rise, and none is given twice: up to which one reports were shipped is all that is
  // kept.
  std::optional<int64_t> last_number_;
  int log_frames_ = 0;
  std::unique_ptr<WalCheckpointer> checkpointer_;
  std::unique_ptr<Statements> statements_;
  FleetSums pending_;  ///< Of the transaction under way.
};

}  // namespace holdfast::fleet
