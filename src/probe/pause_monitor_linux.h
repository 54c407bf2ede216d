// SPDX-License-Identifier: MIT
// Finds out when the whole process, or the whole machine, stood still. Threads of its own, each
// bound to a processor, sleep and wake; what it takes for their being late to prove a pause stands
// in core/pause_judgement. How often they wake follows from what that costs on this machine, so
// that all of them together take at most 0.5 % of one processor; a pause that is shorter than
// period() is seen by chance only (one of a tenth of the period, one time in ten), and of a longer
// one up to a period at its beginning is not proven.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/memory_range.h"
#include "base/quantity.h"
#include "base/result.h"
#include "core/pause_judgement.h"
#include "core/wake_budget.h"
#include "probe/proc_file_linux.h"
#include "probe/sleep_witness_linux.h"
#include "rt/record.h"

namespace holdfast::probe {

/// The monitor. Owner: one thread, the collector's.
class PauseMonitor {
 public:
  struct Options {
    Nanos least_pause = kMicrosecond * 300;
    /// One thread on each of so many processors, spread over those that the caller may use. Two are
    /// witnesses enough; more are surer, and each makes the period longer.
    size_t most_processors = 2;
    WakeBudget budget;
  };

  /// Starts the threads, with ordinary priority. What delays them makes them blind, never wrong:
  /// lock working_set() and make thread_ids() real-time, below the audio thread. Errors:
  /// kUnavailable when the kernel does not tell the run delay.
  static Result<std::unique_ptr<PauseMonitor>> open(const Options& options,
                                                    const std::string& root = "/proc");

  [[nodiscard]] std::vector<pid_t> thread_ids() const;
  /// All memory of its own that the threads touch.
  [[nodiscard]] std::vector<MemoryRange> working_set() const;

  /// Appends what is certain by now: pauses (kPause), and testimonies that found no room (kLost).
  /// Call it 1 to 50 times a second; 3 us, and 5 times a second 40 us for the steal. A pause is
  /// told up to a period after its end, or after a second when one of the threads gets no
  /// processor. Its steal_ns is what was admitted between the looks before and after it, in ticks
  /// of 10 ms.
  void drain(std::vector<Record>& records);

  /// Every pause that began before is told. Rises.
  [[nodiscard]] Nanos settled() const { return settled_; }
  /// How long the threads sleep at a time, at present.
  [[nodiscard]] Nanos period() const { return Nanos(period_ns_.load()); }
  /// Processor time of all threads since open().
  [[nodiscard]] Nanos cpu_used() const;
  [[nodiscard]] const PauseCounts& counts() const { return judge_.counts(); }
  /// What cannot be told here, and how to get it.
  [[nodiscard]] const std::vector<Unavailable>& limitations() const { return limitations_; }

 private:
  PauseMonitor(const Options& options, const std::vector<int>& processors);
  Result<> start(const std::string& root);
  [[nodiscard]] MachineMoment look() const;
  /// False when there was nothing.
  bool collect();
  void note_lost(Nanos now, std::vector<Record>& records);
  [[nodiscard]] int64_t rounds() const;
  void pace(Nanos now);

  Options options_;
  std::atomic<int64_t> period_ns_;
  std::vector<std::unique_ptr<SleepWitness>> witnesses_;
  std::optional<ProcFile> stat_;
  Nanos tick_;
  PauseJudge judge_;
  Nanos settled_;
  Nanos drained_;
  Nanos looked_;
  uint64_t dropped_ = 0;
  Nanos paced_;
  Nanos cpu_at_pace_;
  int64_t rounds_at_pace_ = 0;
  std::vector<Unavailable> limitations_;
};

}  // namespace holdfast::probe
