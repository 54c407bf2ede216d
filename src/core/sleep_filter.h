// SPDX-License-Identifier: MIT
// An audio thread sleeps before every block: thousands of records a second that say nothing. Kept
// are the sleeps around a block that came late or out of line, and every time the thread was
// preempted. What is dropped here could not have been part of a glitch.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "base/quantity.h"
#include "rt/record.h"

namespace holdfast {

/// Between the probes and the trace. One thread.
class SleepFilter {
 public:
  /// `late`: blocks that came at least this late are worth an explanation.
  explicit SleepFilter(Nanos late) : late_(late) {}

  /// Facts in, in the order in which they were found; sleeps wait for the block after them.
  void add(std::span<const Record> facts);

  /// Blocks that come after those facts. Appends to `kept` all that is to be kept and ends before
  /// the last of these blocks. What comes after the last block of all was never part of a glitch.
  void settle(std::span<const Record> blocks, std::vector<Record>& kept);

 private:
  /// A stretch in which the thread was late, or just before.
  struct Late {
    int64_t begin_ns;
    int64_t end_ns;
  };

  Nanos late_;
  std::deque<OffCpuRecord> sleeps_;
  std::vector<Record> others_;
  std::vector<Late> lates_;
  int64_t last_woke_ns_ = INT64_MIN;
  int64_t next_position_frames_ = 0;
};

}  // namespace holdfast
