// SPDX-License-Identifier: MIT
// The page faults of one thread while it is looked at, each with the owner of its page and the time
// that the thread slept in it. Takes the records of an observation as they come and keeps only what
// later faults need: names, and the latest sleeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "core/address_space.h"
#include "core/page_owner.h"
#include "core/text_lines.h"
#include "rt/record.h"

namespace holdfast {

/// What a fault needed.
enum class FaultKind : uint8_t {
  kUnknown,  ///< Its end was not seen: a signal, a retry, or lost events.
  kMinor,
  kMajor,  ///< I/O.
};

/// "unknown", "minor", "major".
std::string_view name_of(FaultKind kind);

/// One page fault with names.
struct SeenFault {
  Nanos time;  ///< CLOCK_MONOTONIC at its begin; at its end when the begin was not seen.
  uint64_t address = 0;
  PageOwner owner;      ///< As known when the fault was told of.
  std::string toucher;  ///< Symbol of the instruction; "" when not known.
  FaultKind kind = FaultKind::kUnknown;
  bool is_in_kernel = false;      ///< Taken by the kernel on the thread's behalf.
  std::optional<Nanos> duration;  ///< Nothing when begin or end was not seen.
  std::optional<Nanos> asleep;  ///< Of `duration`, waiting for something; preempted is not asleep.
};

/// Faults added up.
struct FaultTotals {
  int64_t faults = 0;      ///< All kinds.
  int64_t major = 0;       ///< Those known to be major.
  Nanos time;              ///< Of all whose duration is known.
  int64_t lost_facts = 0;  ///< Faults and switches for which a probe had no room.

  /// Adds one fault.
  void add(const SeenFault& fault);
};

/// From records to faults. One thread, one caller.
class SeenFaults {
 public:
  /// So many of the latest sleeps are kept. A fault with more inside has no known time asleep.
  static constexpr size_t kMostSleeps = 1024;

  /// Takes the next records, in the order in which they were collected; appends their faults.
  void add(std::span<const Record> records, std::vector<SeenFault>& faults);

  /// The process as its lines have told of it so far.
  [[nodiscard]] const AddressSpace& space() const { return space_; }
  /// Everything since the begin.
  [[nodiscard]] const FaultTotals& totals() const { return totals_; }

 private:
  void remember(const OffCpuRecord& off);
  [[nodiscard]] SeenFault describe(const FaultRecord& fault) const;
  [[nodiscard]] std::optional<Nanos> asleep_in(const FaultRecord& fault) const;

  TextLines lines_;
  AddressSpace space_;
  std::deque<OffCpuRecord> sleeps_;
  Nanos forgotten_until_{INT64_MIN};
  FaultTotals totals_;
};

}  // namespace holdfast
