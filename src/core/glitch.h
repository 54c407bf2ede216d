// SPDX-License-Identifier: MIT
// One glitch with its verdict, and the verdict on a whole run. Values only: report/ words them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "core/address_space.h"
#include "core/lateness_histogram.h"
#include "core/machine_use.h"
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
inline constexpr size_t kCauseKinds = 10;

/// "page_fault", "run_queue", ...: the words of the JSON contract.
std::string_view name_of(CauseKind kind);
/// "client", "server", "device".
std::string_view name_of(LossSource source);

/// One part of a lateness: time that has one cause in one place, and the facts that prove it.
struct BudgetPart {
  CauseKind kind = CauseKind::kUnexplained;
  Nanos time;  ///< Inside the lateness.
  /// Page faults: "major" or "minor". Run queue: "preempted" or "not scheduled". Else empty.
  std::string detail;
  PageOwner owner;       ///< Page faults: whose page it was.
  uint64_t address = 0;  ///< Page faults: what was touched, of the longest one.
  std::string toucher;   ///< Page faults: symbol of the code that touched it, of the longest one.
  std::string by;        ///< Run queue: the thread that ran instead, where the kernel told.
  int64_t facts = 0;     ///< How many records it rests on; 0 for what is derived from absence.
  Nanos whole;           ///< How long these lasted, also outside the lateness.
  Nanos slept;           ///< Page faults: time in `whole` asleep, waiting for I/O.
  bool is_estimated =
      false;  ///< From counters: the amount is right, its place in time is not known.

  friend bool operator==(const BudgetPart&, const BudgetPart&) = default;
};

/// One glitch. Law: the parts of the budget add up to the lateness, to the nanosecond.
struct Glitch {
  int64_t index = 0;  ///< 1, 2, 3 ...
  Gap gap;
  Nanos utc;  ///< When the first missing block was due: the moment the glitch began.
  CauseKind cause = CauseKind::kUnexplained;  ///< The largest part of the budget.
  std::vector<BudgetPart> budget;             ///< Largest first, unexplained last.
  std::string process;          ///< Whose lateness the budget divides; empty: our own process.
  bool has_lost_facts = false;  ///< A probe had no room while it happened.
  /// Did page faults take the largest part? Nothing when nobody looked for page faults.
  std::optional<bool> is_memory;
};

/// One owner of pages, and its share in the run's glitches.
struct PageCost {
  PageOwner owner;       ///< With the symbol of its most expensive fault.
  std::string toucher;   ///< Symbol of the code that touched it then.
  uint64_t address = 0;  ///< What it touched.
  Nanos time;            ///< Of all lateness.
  int64_t major = 0;     ///< Faults.
  int64_t minor = 0;
  int64_t glitches = 0;
};

/// What is known of a run, so far or at its end.
struct Summary {
  Totals totals;
  int64_t glitches = 0;
  int64_t episodes = 0;                             ///< Glitches less than 1 s apart count once.
  std::array<int64_t, kCauseKinds> causes = {};     ///< Glitches by CauseKind.
  std::array<Nanos, kCauseKinds> cause_times = {};  ///< Time of all latenesses by CauseKind.
  std::vector<PageCost> pages;  ///< Most expensive owner first; filled in at the end.
  int64_t lost_facts = 0;       ///< Facts of probes that found no room.
  MachineUse machine;
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
