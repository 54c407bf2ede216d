// SPDX-License-Identifier: MIT
// The part of a collector's file that remembers what of it has reached another store. Reports leave
// in frozen batches: which ones a batch holds is on the disk before it is sent, so that after a
// crash the same bytes are sent again, which the other store can tell from new ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/report_validator.h"
#include "core/row_binary.h"
#include "fleet/clickhouse_schema.h"
#include "fleet/sqlite.h"

namespace holdfast::fleet {

/// Numbers of reports. All up to `shipped_to` have arrived; those up to `frozen_to` are under way.
struct OutboxMarks {
  int64_t shipped_to = 0;
  int64_t frozen_to = 0;
  int64_t last = 0;  ///< The newest that there is.
};

/// Reports that are sent together.
struct OutboxBatch {
  RowBinaryWriter rows;
  int64_t reports = 0;
  int64_t unreadable = 0;  ///< Left out, as this version finds them bad: its schema is stricter.
  int64_t to = 0;          ///< The number of the last one, or where the batch was to end.
};

/// Makes the tables of an outbox in a collector's file, if they are missing.
Result<> prepare_outbox(SqliteDatabase& database);

/// Has everything that came under token `number` removed from the other store, too.
Result<> remove_token_later(SqliteDatabase& database, int64_t number);

/// One connection to a collector's file. What changes the file must not run beside its writer.
class Outbox {
 public:
  /// Errors: kUnavailable.
  static Result<Outbox> open(const std::string& path);

  Result<OutboxMarks> marks();
  /// The frozen batch, or, when none is, as many of the next reports as one batch may hold.
  Result<OutboxBatch> read_batch(const OutboxMarks& marks);
  /// What is to be removed, of which all reports have been shipped.
  Result<std::vector<Removal>> removals(const OutboxMarks& marks);

  /// Changes the file: the batch to `number` is now under way.
  Result<> freeze(int64_t number);
  /// Changes the file: what was under way has arrived.
  Result<> mark_shipped();
  /// Changes the file: these removals have been made.
  Result<> drop_removals(const std::vector<Removal>& removals);

 private:
  explicit Outbox(SqliteDatabase database) : database_(std::move(database)) {}
  SqliteDatabase database_;
  ReportValidator validator_;
};

}  // namespace holdfast::fleet
