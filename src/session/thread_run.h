// SPDX-License-Identifier: MIT
// One run that counts the glitches of a thread of another program, which does not know of it: its
// sleeps and wakes give the blocks (core/cadence), the observer the rest. Same records, same sink
// as a LiveRun.
#pragma once

#include "core/cadence.h"
#include "core/fact_merge.h"
#include "session/live_run.h"
#include "session/observer.h"

namespace holdfast::session {

/// Runs once. One thread.
class ThreadRun {
 public:
  /// `observer` sees at least every switch of the thread (kUserEvents), and outlives this object.
  ThreadRun(Observer& observer, const audio::StreamFormat& format);

  /// Until `wait` says so, `duration` is over (0: never), the thread ends, or the sink fails.
  Result<EndReason> run(Nanos duration, const LiveRun::Sink& sink, const LiveRun::Wait& wait);

  /// Since the thread woke last; for ever when it never did.
  [[nodiscard]] Nanos quiet_time() const;

 private:
  Result<> collect(const LiveRun::Sink& sink);
  void take_wakes();

  Observer& observer_;
  Cadence cadence_;
  FactMerge merge_;
  std::vector<Record> facts_;
  std::vector<Record> out_;
  std::vector<Record> blocks_;
  Nanos last_woke_;
  Nanos end_{INT64_MAX};  ///< Later blocks are not of this run.
};

}  // namespace holdfast::session
