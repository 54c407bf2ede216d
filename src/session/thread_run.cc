// SPDX-License-Identifier: MIT
#include "session/thread_run.h"

#include <algorithm>

#include "probe/clock_linux.h"
#include "session/settling.h"

namespace holdfast::session {
namespace {

RecordHead head_now(RecordKind kind) {
  RecordHead head;
  head.kind = kind;
  head.mono_ns = probe::monotonic_now().count;
  return head;
}

template <class Kind>
Result<> give_one(const LiveRun::Sink& sink, const Kind& record) {
  const auto plain = record_cast<Record>(record);
  return sink({&plain, 1});
}

}  // namespace

ThreadRun::ThreadRun(Observer& observer, const audio::StreamFormat& format)
    : observer_(observer),
      cadence_(format.rate_hz, Frames(format.block_frames)),
      merge_(duration_of(Frames(format.block_frames), format.rate_hz)) {}

Nanos ThreadRun::quiet_time() const {
  return last_woke_ > Nanos(0) ? probe::monotonic_now() - last_woke_ : Nanos(INT64_MAX);
}

/// The sleeps among the facts begin blocks.
void ThreadRun::take_wakes() {
  for (const Record& fact : facts_) {
    const bool is_sleep =
        fact.head.kind == RecordKind::kOffCpu && (fact.head.flags & kOffCpuIsPreempted) == 0;
    if (!is_sleep) continue;
    const auto block = cadence_.wake(record_cast<OffCpuRecord>(fact));
    if (!block || block->woke > end_) continue;
    last_woke_ = block->woke;
    blocks_.push_back(record_cast<Record>(to_record(*block)));
  }
}

Result<> ThreadRun::collect(const LiveRun::Sink& sink) {
  facts_.clear();
  blocks_.clear();
  out_.clear();
  observer_.collect(facts_);
  take_wakes();
  merge_.merge(blocks_, facts_, observer_.settled(), out_);
  return out_.empty() ? Result<>(Done{}) : sink(out_);
}

Result<EndReason> ThreadRun::run(Nanos duration, const LiveRun::Sink& sink,
                                 const LiveRun::Wait& wait) {
  if (duration > Nanos(0)) end_ = probe::monotonic_now() + duration;
  ClockRecord clock;
  clock.head = head_now(RecordKind::kClock);
  clock.utc_minus_mono_ns = probe::utc_minus_monotonic().count;
  HF_TRY(give_one(sink, clock));
  EndReason reason = EndReason::kFinished;
  while (true) {
    const bool is_stopped = wait(kCollectMilliseconds);
    const bool has_ended = observer_.has_ended();
    HF_TRY(collect(sink));
    if (is_stopped) reason = EndReason::kInterrupted;
    if (has_ended) reason = EndReason::kThreadEnded;
    if (is_stopped || has_ended || probe::monotonic_now() >= end_) break;
  }
  end_ = std::min(end_, probe::monotonic_now());
  HF_TRY(settle([&] { return collect(sink); }, merge_));
  out_.clear();
  merge_.give_up(probe::monotonic_now(), out_);
  if (!out_.empty()) HF_TRY(sink(out_));
  EndRecord end;
  end.head = head_now(RecordKind::kEnd);
  end.reason = static_cast<int64_t>(reason);
  HF_TRY(give_one(sink, end));
  return reason;
}

}  // namespace holdfast::session
