// SPDX-License-Identifier: MIT
// What happened to one thread, from the perf events of its ring: page faults with begin and end,
// and the times at which it did not run. Begin and end are two events each; this is where they are
// paired. What cannot be paired is kept with the half that is known, never completed by a guess.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/quantity.h"
#include "core/perf_records.h"
#include "rt/record.h"

namespace holdfast {

/// Pairs the events of one thread. Records come out when they are complete, that is in the order of
/// their ends. The rules for faults:
/// - An end belongs to the latest open begin in the same page. Begins opened after that one had no
///   end.
/// - A fault in user mode proves that the thread runs its own code again: whatever is still open
///   failed or was interrupted by a signal (SIGSEGV; or a retry, which begins anew), and had no
///   end. A fault in kernel mode may lie inside another one, which stays open.
/// - A second begin in the same page is a retry: the first had no end.
/// - An end without a begin is kept as such: the begin was lost, lies before the observation, or
///   the kernel does not report it.
/// - A loss ends everything that is open.
/// Not thread safe.
class ThreadHistory {
 public:
  /// `thread` goes into the records; events are not selected by it, because a thread that calls
  /// exec may change its id. `since`: when the observation began. Addresses belong together when
  /// they share a page of `page_bytes`, a power of two: some kernels report only the page.
  ThreadHistory(uint32_t thread, Nanos since, uint64_t page_bytes = 4096);

  /// Takes the next event; appends the kFault, kOffCpu and kLost records that it completes.
  void add(const PerfEvent& event, std::vector<Record>& records);

  /// At least `facts` events up to `until` are missing.
  void add_lost(int64_t facts, Nanos until, std::vector<Record>& records);

  /// When the thread left its processor; 0 while it runs, and when that is not known.
  [[nodiscard]] Nanos off_cpu_since() const { return off_cpu_since_; }

  /// Time of the last event, or when the observation began.
  [[nodiscard]] Nanos known_until() const { return known_until_; }

 private:
  void begin_fault(const PerfEvent& event, std::vector<Record>& records);
  void end_fault(const PerfEvent& event, std::vector<Record>& records);
  void drop_open_from(size_t first, std::vector<Record>& records);
  void drop_oldest(std::vector<Record>& records);
  [[nodiscard]] size_t find_open(uint64_t address) const;
  void leave(const PerfEvent& event);
  void come_back(const PerfEvent& event, std::vector<Record>& records);
  [[nodiscard]] FaultRecord fault(const PerfEvent& event) const;

  uint32_t thread_;
  uint64_t page_mask_;
  Nanos known_until_;
  std::array<PerfEvent, 4> open_ = {};  // begins without an end so far, outermost first
  size_t open_count_ = 0;
  Nanos off_cpu_since_;
  bool is_preempted_ = false;
};

}  // namespace holdfast
