// SPDX-License-Identifier: MIT
// What must hold between the numbers of one field report. A report whose parts contradict each
// other would spoil the sums of everybody, so it is refused as a whole.
#pragma once

#include <string>

#include "core/received_report.h"

namespace holdfast {

/// How far a report may lie from the collector's clock: queues wait for weeks, clocks run ahead.
inline constexpr int64_t kOldestReportHours = int64_t{45} * 24;
inline constexpr int64_t kNewestReportHours = 24;
/// Seconds in cells may miss this much of the session: its first and last second are not whole.
inline constexpr int64_t kCellSlackMs = 2000;

/// The first contradiction in `report`, as "field: what is wrong"; empty when there is none.
/// `now_hour`: hours since 1970, UTC.
std::string find_contradiction(const ReceivedReport& report, int64_t now_hour);

}  // namespace holdfast
