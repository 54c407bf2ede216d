// SPDX-License-Identifier: MIT
// One glitch with its verdict, and the verdict on a whole run. Values only: report/ words them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "core/lateness_histogram.h"
#include "rt/timeline.h"

namespace holdfast {

/// Where time can go. A closed list: what is none of these is unexplained, and said to be.
enum class CauseKind {
  kPageFault,
  kRunQueue,
  kCallback,
  kBlocked,
  kStopped,
  kLateWake,
  kHostPause,
  kServer,
  kDevice,
  kUnexplained,
};

/// "page_fault", "run_queue", ...: the words of the JSON contract.
std::string_view name_of(CauseKind kind);
/// "client", "server", "device".
std::string_view name_of(LossSource source);

/// One part of a lateness.
struct BudgetPart {
  CauseKind kind = CauseKind::kUnexplained;
  Nanos time;

  friend bool operator==(const BudgetPart&, const BudgetPart&) = default;
};

/// One glitch. Law: the parts of the budget add up to the lateness, to the nanosecond.
struct Glitch {
  int64_t index = 0;  ///< 1, 2, 3 ...
  Gap gap;
  Nanos utc;  ///< When the first missing block was due: the moment the glitch began.
  CauseKind cause = CauseKind::kUnexplained;  ///< The largest part of the budget.
  std::vector<BudgetPart> budget;
};

/// What is known of a run, so far or at its end.
struct Summary {
  Totals totals;
  int64_t glitches = 0;
  int64_t episodes = 0;     ///< Glitches less than 1 s apart count once.
  int64_t unexplained = 0;  ///< Glitches by cause; the others follow with attribution.
  int64_t device = 0;
  LatenessHistogram lateness;  ///< Of every block and every glitch: how late the thread was.
  std::optional<int64_t> own_major_faults;  ///< Not counted with simulated time.
  std::optional<int64_t> own_minor_faults;
  int64_t dropped_records = 0;        ///< Facts that found no room in a ring.
  int64_t unlisted_glitches = 0;      ///< Counted by the audio thread, their facts dropped.
  std::optional<int64_t> end_reason;  ///< EndReason; absent when the trace just stops.

  /// False when this program could not keep itself clean while it counted.
  [[nodiscard]] bool is_trustworthy() const {
    return dropped_records == 0 && own_major_faults.value_or(0) == 0 &&
           own_minor_faults.value_or(0) == 0;
  }
};

}  // namespace holdfast
