// SPDX-License-Identifier: MIT
// The order in which facts and blocks reach the judge: first all that happened to the thread, then
// the blocks. A block waits until every probe has told what happened up to it, so that a verdict
// needs no second thought.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/quantity.h"
#include "core/sleep_filter.h"
#include "rt/record.h"

namespace holdfast {

/// Between ring and probes on one side, and judge and trace on the other. One thread.
class FactMerge {
 public:
  /// `block_time`: sleeps around blocks that come later than a quarter of it are kept.
  /// `others`: threads that are looked at besides; the sleeps of each are a stream of its own.
  explicit FactMerge(Nanos block_time, std::span<const uint32_t> others = {});

  /// Takes blocks (with what else comes out of the ring), and the facts that were asked for after
  /// them. Appends to `out` what may go on: all that happened before `settled` has been told.
  void merge(std::span<const Record> blocks, std::span<const Record> facts, Nanos settled,
             std::vector<Record>& out);

  [[nodiscard]] bool is_waiting() const { return !waiting_.empty(); }

  /// Lets go of the blocks that wait for a probe that does not come to tell: at `now` it says that
  /// facts about them are lost.
  void give_up(Nanos now, std::vector<Record>& out);

 private:
  static constexpr int64_t kLateShare = 4;

  void add(std::span<const Record> facts);
  SleepFilter& filter_of(const Record& fact);
  void release(size_t count, std::vector<Record>& out);

  /// Of another thread.
  struct Stream {
    uint32_t thread;
    SleepFilter sleep_filter;
  };

  SleepFilter sleep_filter_;
  std::vector<Stream> others_;
  std::vector<Record> waiting_;
};

}  // namespace holdfast
