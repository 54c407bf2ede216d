// SPDX-License-Identifier: MIT
// Where field reports are kept. The seam between the collector and a database: what is appended has
// reached the disk when append() returns, and each report counts once, however often it comes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/received_report.h"

namespace holdfast::fleet {

/// A report that was found good, the bytes it came as, and under whose token it came.
struct IncomingReport {
  ReceivedReport report;
  std::string text;
  int64_t token = 0;
};

/// What became of one report.
enum class AppendOutcome : uint8_t {
  kStored,
  kDuplicate,  ///< The very same report is there already.
  kConflict,   ///< Another report with this id is there; this one is not kept.
  kTooMany,    ///< Its installation has sent too many today; not kept.
};

/// One database of reports, for writing. One thread at a time.
class Store {
 public:
  Store() = default;
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Keeps the reports and adds them to the sums, all of it or nothing, durably. `today`: days
  /// since 1970. One outcome per report, in order. After an error nothing has changed, and it can
  /// be tried again.
  virtual Result<std::vector<AppendOutcome>> append(std::span<const IncomingReport> reports,
                                                    int64_t today) = 0;

  /// Forgets some of the reports that came before `oldest_day`, few enough that it takes
  /// milliseconds; the sums stay. How many were forgotten: 0 when none is left.
  virtual Result<int64_t> retain(int64_t oldest_day) = 0;

  /// Deletes some of the reports of those who wished to be deleted, again in milliseconds. False
  /// when there was nothing left to do.
  virtual Result<bool> grant_wishes() = 0;

  /// Takes out everything that came under `token`, from the sums, too. How many reports.
  virtual Result<int64_t> take_out(int64_t token) = 0;
};

}  // namespace holdfast::fleet
