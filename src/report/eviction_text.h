// SPDX-License-Identifier: MIT
// What `evict` says, for people and for programs: what was asked of each range, what left, what
// stayed and why; and whether the thread had to wait for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/quantity.h"
#include "core/eviction.h"
#include "core/thread_choice.h"

namespace holdfast {

/// The page faults that the thread took after an eviction, until the next or the end.
struct EvictionAnswer {
  int64_t minor_faults = 0;
  int64_t major_faults = 0;
};

/// What happened altogether.
struct EvictionSummary {
  int64_t evictions = 0;
  int64_t answered = 0;  ///< After which the thread took a major fault.
  int64_t asked_pages = 0;
  int64_t left_pages = 0;
  Nanos longest;  ///< One eviction, from the first look to the last.
  Nanos longest_hold;
  int64_t minor_faults = 0;
  int64_t major_faults = 0;
  bool has_process_ended = false;

  void add(const Eviction& eviction);
  void add(const EvictionAnswer& answer);
};

/// Several lines: a heading, one line per range, what the words mean.
std::string eviction_table(const Eviction& eviction);

/// "... UTC eviction 3: 12 of 14 pages left in 340 us (threads held for 310 us); 2 stayed: shared".
std::string eviction_line(int64_t index, const std::string& when, const Eviction& eviction);

/// Several lines, with what to do about what stayed.
std::string summary_text(const EvictionSummary& summary);

/// One line of JSON each.
std::string eviction_thread_json(Nanos utc, int pid, const ThreadChoice& choice);
std::string eviction_json(Nanos utc, int64_t index, const Eviction& eviction);
std::string answer_json(Nanos utc, int64_t index, const EvictionAnswer& answer);
std::string missing_eviction_json(Nanos utc, const Unavailable& missing);
std::string summary_json(Nanos utc, const EvictionSummary& summary);

/// What would make pages of this kind leave; empty when there is nothing to be said.
std::string advice_on(const Eviction& eviction);

}  // namespace holdfast
