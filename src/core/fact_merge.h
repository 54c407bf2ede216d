// SPDX-License-Identifier: MIT
// The order in which facts and blocks reach the judge: first all that happened to the thread, then
// the blocks. A block waits until every probe has told what happened up to it, so that a verdict
// needs no second thought.
#pragma once

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
  /// `server_thread`: another thread that is looked at, whose sleeps are a stream of their own.
  explicit FactMerge(Nanos block_time, uint32_t server_thread = 0)
      : sleep_filter_(Nanos(block_time.count / kLateShare)),
        server_filter_(sleep_filter_),
        server_thread_(server_thread) {}

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
  void release(size_t count, std::vector<Record>& out);

  SleepFilter sleep_filter_;
  SleepFilter server_filter_;
  uint32_t server_thread_;
  std::vector<Record> server_facts_;
  std::vector<Record> own_facts_;
  std::vector<Record> waiting_;
};

}  // namespace holdfast
