// SPDX-License-Identifier: MIT
// How closely a thread is looked at: a ladder, from everything the kernel can tell down to what any
// user may read of any process. The level reached is printed, and kept in the trace, because what a
// verdict may say depends on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast {

/// From worst to best.
enum class Observation : uint8_t {
  kNone,        ///< Nobody looks: lateness has no causes.
  kPolls,       ///< Counters of the thread, read now and then: amounts, no addresses, no order.
  kCounters,    ///< The same, and what each slow callback used: amounts per callback.
  kUserEvents,  ///< Every page fault in user mode with address and time, every switch.
  kAllEvents,   ///< The same with faults in kernel mode, and who ran instead.
};

/// "none", "polls", "counters", "user_events", "all_events".
std::string_view name_of(Observation level);
/// The inverse; nothing for other words.
std::optional<Observation> parse_observation(std::string_view name);
/// One sentence for the user: what is seen at this level.
std::string_view statement_of(Observation level);

/// Who is looked at, and how.
struct ObservedThread {
  Observation level = Observation::kNone;
  uint32_t thread = 0;           ///< Kernel id.
  bool times_callbacks = false;  ///< Long callbacks are recorded; all others were short.
  bool is_another = false;       ///< Ours waited for it: it need not have woken when the gap ended.

  friend bool operator==(const ObservedThread&, const ObservedThread&) = default;
};

}  // namespace holdfast
