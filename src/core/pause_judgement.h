// SPDX-License-Identifier: MIT
// Did the whole process, or the whole machine, stand still? Monitor threads, each bound to a
// processor of its own, sleep for a period at a time and testify when they woke too late. A pause
// is what all of them testify for the same time:
//   stopped  the kernel took each of them out of its sleep and off its processor again, which
//            shows as a second voluntary context switch (SIGSTOP, a tracer, a frozen cgroup v2);
//   host     none was touched: one sleep, one wake, no wait for a processor, no page fault.
// What is not proven becomes no record: a monitor that waited for its processor, or met a page
// fault, proves nothing, and one late processor is not the machine.
// Not told apart from a host pause: a frozen cgroup v1 (kernel 6.1 and later freeze a sleeper
// without waking it), firmware (SMI) and kernel code that hold up all processors. Not seen: a host
// that stops the guest's clock too, and what lies between two due times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/quantity.h"
#include "core/thread_facts.h"
#include "rt/record.h"

namespace holdfast {

/// One sleep of a monitor that ended later than it should have.
struct Oversleep {
  Nanos due;
  Nanos woke;
  Nanos run_delay;             ///< At most so long it was ready and its processor was not free.
  int64_t extra_switches = 0;  ///< Voluntary context switches beyond the one of the sleep.
  int64_t faults = 0;          ///< Page faults of the monitor itself; -1 not known.
  size_t monitor = 0;          ///< From 0.
};

/// Two counters of the machine at one time.
struct MachineMoment {
  Nanos time;
  Nanos steal{-1};  ///< All processors together, as the hypervisor admits it; -1 not known.
  Nanos suspended;  ///< CLOCK_BOOTTIME less CLOCK_MONOTONIC: grows while the machine is suspended.
};

/// What became of the oversleeps. Each is in one of the first four.
struct PauseCounts {
  int64_t waited = 0;     ///< The processor was busy with others.
  int64_t disturbed = 0;  ///< Its own page faults: proves nothing.
  int64_t alone = 0;      ///< Not all monitors testify the same.
  int64_t paused = 0;     ///< Part of a record.
  int64_t host_pauses = 0;
  int64_t stops = 0;
};

/// Turns testimonies into pauses. One thread.
class PauseJudge {
 public:
  /// `monitors` threads testify; a pause is at least `least` long. With one monitor, a host pause
  /// needs the machine's own word: suspended, or most of it admitted as steal.
  PauseJudge(size_t monitors, Nanos least) : monitors_(monitors), least_(least) {}

  /// Testimonies, those of each monitor in their order.
  void add(const Oversleep& sleep);

  /// In the order of time; about one a second or more.
  void add(const MachineMoment& moment);

  /// Appends the pauses that ended by `until`, when no testimony about a time before can come any
  /// more. One that straddles it waits for the next call. Returns the time up to which no further
  /// pause can begin: at most `until`. While there are open questions, `until` is not after the
  /// last moment.
  Nanos settle(Nanos until, std::vector<Record>& records);

  /// Are there testimonies that were not settled yet?
  [[nodiscard]] bool has_open_questions() const { return !testimonies_.empty(); }

  [[nodiscard]] const PauseCounts& counts() const { return counts_; }

 private:
  enum class Kind { kUntouched, kStopped };
  struct Testimony {
    TimeSpan span;
    Kind kind;
    size_t monitor;
  };

  Nanos whole_spans_until(Nanos until) const;
  std::vector<TimeSpan> spans_of(Kind kind, size_t monitor, Nanos until) const;
  std::vector<TimeSpan> common_spans(Kind kind, Nanos until) const;
  std::vector<PauseRecord> judge(Nanos until) const;
  [[nodiscard]] MachineMoment growth_over(TimeSpan span) const;
  [[nodiscard]] bool machine_admits(TimeSpan span) const;
  PauseRecord to_record(TimeSpan span, Kind kind) const;
  void count(const std::vector<PauseRecord>& pauses, Nanos until);
  void forget(Nanos until);

  size_t monitors_;
  Nanos least_;
  std::vector<Testimony> testimonies_;
  std::vector<MachineMoment> moments_;
  PauseCounts counts_;
};

}  // namespace holdfast
