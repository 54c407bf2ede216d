// SPDX-License-Identifier: MIT
// A thread that empties the kernel's rings and reads the counters of the observed thread on time,
// also while memory is so short that everybody else waits for pages: all that it touches can be
// locked, and it may be made real-time. What it finds waits in a ring of its own for whoever has
// the time to name and to judge it.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "base/memory_range.h"
#include "base/page_buffer.h"
#include "base/quantity.h"
#include "base/result.h"
#include "probe/quiet_thread_linux.h"
#include "probe/thread_events_linux.h"
#include "probe/thread_use_linux.h"
#include "rt/record.h"
#include "rt/ring.h"

namespace holdfast::probe {

/// Looks from start() to its end, every 20 ms: how exactly the run delay of one block is known
/// depends on how often it is read. Owner: one thread; not movable.
class FactDrain {
 public:
  /// Whatever there is of the observed thread; one of them at least.
  FactDrain(std::optional<ThreadEvents> events, std::optional<ThreadUseProbe> use);
  ~FactDrain();
  FactDrain(const FactDrain&) = delete;
  FactDrain& operator=(const FactDrain&) = delete;

  /// Errors: kSystem.
  Result<> start();

  /// Kernel id of its thread; 0 before start().
  [[nodiscard]] pid_t thread_id() const { return thread_.id(); }
  /// Stack, rings and state, 1.7 MiB; the kernel's own rings never leave memory. After start().
  [[nodiscard]] std::vector<MemoryRange> working_set() const;

  /// Appends what has been found since the last call: all that happened before settled() as asked
  /// for before. A kLost record says where something found no room. Owner only.
  void take(std::vector<Record>& records);

  /// Everything that happened before is in the ring. Owner only.
  [[nodiscard]] Nanos settled() const { return Nanos(settled_ns_.load(std::memory_order_acquire)); }
  /// The observed thread has ended, and all that it left behind is in the ring. Owner only.
  [[nodiscard]] bool has_ended() const { return has_ended_.load(std::memory_order_acquire); }

 private:
  void look_on();
  void look();
  [[nodiscard]] bool look_at_use();

  std::optional<ThreadEvents> events_;
  std::optional<ThreadUseProbe> use_;
  PageBuffer<Record> storage_;
  Ring<Record> ring_;
  std::vector<Record> found_;
  QuietThread thread_;
  std::atomic<bool> is_over_{false};
  std::atomic<int64_t> settled_ns_{0};
  std::atomic<bool> has_ended_{false};
  uint64_t dropped_ = 0;  ///< Of those, told so far. Owner.
  Nanos taken_;           ///< When take() was last called. Owner.
};

}  // namespace holdfast::probe
