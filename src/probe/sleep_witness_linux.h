// SPDX-License-Identifier: MIT
// A thread bound to one processor that sleeps for a period at a time, and testifies when it woke
// too late. core/pause_judgement makes pauses of the testimonies of several.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/memory_range.h"
#include "base/page_buffer.h"
#include "base/quantity.h"
#include "base/result.h"
#include "core/pause_judgement.h"
#include "probe/proc_file_linux.h"
#include "probe/quiet_thread_linux.h"
#include "rt/ring.h"

namespace holdfast::probe {

/// One such thread. It blocks all signals, and allocates nothing once started. Owner: one thread;
/// not movable.
class SleepWitness {
 public:
  /// Where it runs, and what is worth a word.
  struct Duty {
    size_t number = 0;  ///< Of this witness, as Oversleep::monitor.
    int processor = 0;  ///< Where it runs.
    Nanos least;        ///< Oversleeps shorter than this are not told.
  };

  /// `period_ns` is read before every sleep, and outlives this object. Due times are its multiples
  /// on CLOCK_MONOTONIC, hence the same for all witnesses.
  SleepWitness(Duty duty, const std::atomic<int64_t>& period_ns);
  ~SleepWitness();
  SleepWitness(const SleepWitness&) = delete;
  SleepWitness& operator=(const SleepWitness&) = delete;

  /// Starts the thread. Errors: kUnavailable when the kernel keeps no run delay; kSystem.
  Result<> start();
  /// Ends it; takes up to one period.
  void stop();

  /// Kernel id; 0 before start().
  [[nodiscard]] pid_t thread_id() const { return thread_.id(); }
  /// Stack, ring and state. After start().
  [[nodiscard]] std::vector<MemoryRange> working_set() const;

  /// When it last woke: all that it has to say up to then is in the ring. Any thread.
  [[nodiscard]] Nanos heard() const { return Nanos(heard_ns_.load(std::memory_order_acquire)); }
  /// How often it woke. Any thread.
  [[nodiscard]] int64_t wakes() const { return wakes_.load(std::memory_order_relaxed); }
  /// Its own time on a processor. Any thread. Errors: kUnavailable when it has ended.
  [[nodiscard]] Result<Nanos> cpu_used() const;

  /// Moves testimonies out, as Ring. One thread.
  size_t pop(std::span<Oversleep> out) { return ring_.pop(out); }
  /// Testimonies that found no room. Any thread.
  [[nodiscard]] uint64_t dropped() const { return ring_.dropped(); }

 private:
  /// What the kernel has counted for the thread up to a time.
  struct Account {
    bool is_known = false;
    Nanos time;
    int64_t run_delay_ns = 0;
    int64_t voluntary_switches = 0;
    int64_t faults = 0;
  };
  enum Gate : int { kParked, kReleased, kCancelled };

  void live();
  Result<> open_schedstat();
  void settle_in() const;
  void watch();
  [[nodiscard]] Account account() const;
  void testify(Nanos due, int64_t sleeps, const Account& before, const Account& after);

  Duty duty_;
  const std::atomic<int64_t>& period_ns_;
  PageBuffer<Oversleep> storage_;
  Ring<Oversleep> ring_;
  std::optional<ProcFile> schedstat_;
  QuietThread thread_;
  std::atomic<int> gate_{kParked};
  std::atomic<int64_t> heard_ns_{0};
  std::atomic<int64_t> wakes_{0};
};

}  // namespace holdfast::probe
