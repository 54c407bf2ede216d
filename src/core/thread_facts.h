// SPDX-License-Identifier: MIT
// What is known about the observed thread's time around now: page faults, times off the processor,
// callbacks, counters, pauses. The judge adds every record as it comes, asks when a gap has become
// final, and lets go of what no gap can need any more.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "base/quantity.h"
#include "rt/record.h"

namespace holdfast {

/// A stretch of CLOCK_MONOTONIC; empty when `end` <= `begin`.
struct TimeSpan {
  Nanos begin;
  Nanos end;

  [[nodiscard]] constexpr Nanos length() const { return end > begin ? end - begin : Nanos(0); }
  [[nodiscard]] constexpr bool overlaps(TimeSpan other) const {
    return begin < other.end && other.begin < end;
  }
  /// What both have in common.
  [[nodiscard]] constexpr TimeSpan clipped_to(TimeSpan other) const {
    return {begin > other.begin ? begin : other.begin, end < other.end ? end : other.end};
  }
  friend constexpr bool operator==(TimeSpan, TimeSpan) = default;
};

/// When the record's fact was true. A fault whose end or begin was not seen is an instant.
TimeSpan span_of(const FaultRecord& fault);
TimeSpan span_of(const OffCpuRecord& record);
TimeSpan span_of(const CallbackRecord& record);
TimeSpan span_of(const PauseRecord& record);
TimeSpan span_of(const LostRecord& record);

/// Facts of one thread in a sliding window of time. One thread.
class ThreadFacts {
 public:
  /// More than this of one kind are not kept: a crafted trace cannot exhaust memory.
  static constexpr size_t kMostFacts = size_t{1} << 18;

  /// `thread`: whose facts to keep; 0: of every thread.
  explicit ThreadFacts(uint32_t thread) : thread_(thread) {}

  /// Takes any record; ignores those that say nothing about the thread's time.
  void add(const Record& record);

  /// Lets go of facts that ended before `time`, except the last reading of the counters.
  void forget_before(Nanos time);

  /// Those that overlap `window`, in order of time.
  [[nodiscard]] std::vector<FaultRecord> faults(TimeSpan window) const;
  [[nodiscard]] std::vector<OffCpuRecord> off_cpu(TimeSpan window) const;
  [[nodiscard]] std::vector<CallbackRecord> callbacks(TimeSpan window) const;
  [[nodiscard]] std::vector<PauseRecord> pauses(TimeSpan window) const;
  /// Facts were lost in `window`: what is absent there proves nothing.
  [[nodiscard]] bool has_lost(TimeSpan window) const;

  /// What the thread used between the last reading at or before the window's begin and the first at
  /// or after its end.
  struct Use {
    TimeSpan between;
    Nanos cpu;
    Nanos run_delay;
    int64_t major = 0;
    int64_t minor = 0;
    bool is_stopped = false;  ///< A reading in between found it stopped.
    Nanos usual_run_delay;  ///< The least of the eight intervals between readings before: what its
                            ///< other blocks cost. 0 when there are no such readings.
    Nanos usual_cpu;        ///< The same of `cpu`.
  };
  /// Nothing when there is no reading on one side.
  [[nodiscard]] std::optional<Use> use(TimeSpan window) const;
  /// Between the first and the last reading within the window; nothing when there are not two.
  [[nodiscard]] std::optional<Use> use_within(TimeSpan window) const;

  /// Facts that were not kept because there were too many: their time counts as lost.
  [[nodiscard]] int64_t dropped() const { return dropped_; }

 private:
  using Counter = int64_t ThreadUseRecord::*;
  [[nodiscard]] Nanos usual(Counter counter, size_t reading) const;
  [[nodiscard]] Use use_between(size_t before, size_t after, bool is_stopped) const;
  template <class Kept>
  void keep(std::deque<Kept>& facts, const Kept& fact);

  uint32_t thread_;
  int64_t dropped_ = 0;
  std::deque<FaultRecord> faults_;
  std::deque<OffCpuRecord> off_cpu_;
  std::deque<CallbackRecord> callbacks_;
  std::deque<ThreadUseRecord> uses_;
  std::deque<PauseRecord> pauses_;
  std::deque<LostRecord> losses_;
  size_t faults_sweep_ = 0;  ///< At which size the whole of faults_ is looked through.
  size_t off_cpu_sweep_ = 0;
  size_t callbacks_sweep_ = 0;
  size_t pauses_sweep_ = 0;
  size_t losses_sweep_ = 0;
};

}  // namespace holdfast
