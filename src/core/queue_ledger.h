// SPDX-License-Identifier: MIT
// What became of reports that were never delivered: a list that only grows. A report is written
// down here before its file goes, so that whatever kills the program in between, none vanishes
// uncounted, and none is counted twice.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/queued_report.h"

namespace holdfast {

/// Why a report was given up.
enum class Loss : uint8_t {
  kQuota,      ///< There was no room for it.
  kAge,        ///< It was tried for 30 days.
  kRefused,    ///< The collector will never take it.
  kWithdrawn,  ///< The user took his consent back.
};
inline constexpr size_t kLosses = 4;

/// "quota", "age", "refused", "withdrawn".
std::string_view name_of(Loss loss);

/// The line that goes into the file, with its line feed.
std::string ledger_line(Loss loss, const QueuedReport& report);

/// The file, read.
struct QueueLedger {
  std::map<std::string, Loss, std::less<>> reports;  ///< By id.
  std::array<int64_t, kLosses> earlier = {};         ///< Of lines that were folded.

  [[nodiscard]] int64_t count(Loss loss) const;
  [[nodiscard]] int64_t count() const;
};

/// Lines that are cut off or not understood are left out.
QueueLedger parse_queue_ledger(std::string_view text);

/// A file with the same counts that lists no report: for when it has grown long. No report of it
/// may still have a file.
std::string folded_text(const QueueLedger& ledger);

}  // namespace holdfast
