// SPDX-License-Identifier: MIT
// Runs a program's own work on the audio thread, after the block has been noted, and notes the
// calls that took long or met trouble. Calls that did neither leave no record: that says they did
// not.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/quantity.h"
#include "base/realtime.h"
#include "rt/block.h"
#include "rt/record.h"
#include "rt/ring.h"

namespace holdfast::session {

/// What an audio program does with each block. A plain function pointer, as BlockHandler.
struct Work {
  void (*call)(void* context, const Block& block) = nullptr;
  void* context = nullptr;
};

/// One audio thread calls run(); the constructor's thread owns it.
class WorkTimer {
 public:
  struct Options {
    Nanos long_call;  ///< Calls at least this long are noted.
    bool counts_faults =
        false;  ///< Four more system calls per block (1 us): for machines that
                ///< forbid perf events. Calls with faults or switches are noted too.
  };

  WorkTimer(Work work, Options options, Ring<Record>& records)
      : work_(work), options_(options), records_(records) {}

  /// Audio thread. As RT safe as the work is.
  void run(const Block& block) noexcept;

  /// Calls that should have been noted, but the ring was full. Any thread.
  [[nodiscard]] int64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  Work work_;
  Options options_;
  Ring<Record>& records_;
  std::atomic<int64_t> dropped_{0};
};

}  // namespace holdfast::session
