// SPDX-License-Identifier: MIT
// The spans are lower bounds: that a monitor stood still is known from its due time on, and every
// wait for a processor is taken off the end, where it lies when the timer came late.
#include "core/pause_judgement.h"

#include <algorithm>

namespace holdfast {
namespace {

/// A suspended machine sleeps longer than this; reading two clocks one after the other does not
/// take so long, or is then repeated.
constexpr Nanos kLeastSuspend = kMillisecond;
/// Steal is reported in whole ticks of USER_HZ, so a rise can be one tick older than it looks.
constexpr Nanos kStealTick = kMillisecond * 10;

std::vector<TimeSpan> overlaps(const std::vector<TimeSpan>& some,
                               const std::vector<TimeSpan>& others, Nanos least) {
  std::vector<TimeSpan> common;
  for (const TimeSpan& one : some) {
    for (const TimeSpan& other : others) {
      const TimeSpan both = one.clipped_to(other);
      if (both.length() >= least) common.push_back(both);
    }
  }
  return common;
}

bool overlaps_any(TimeSpan span, const std::vector<PauseRecord>& pauses) {
  return std::any_of(pauses.begin(), pauses.end(),
                     [&](const PauseRecord& pause) { return span.overlaps(span_of(pause)); });
}

}  // namespace

void PauseJudge::add(const Oversleep& sleep) {
  const TimeSpan span{sleep.due, sleep.woke - sleep.run_delay};
  if (sleep.faults != 0) {
    ++counts_.disturbed;
  } else if (span.length() < least_) {
    ++counts_.waited;
  } else {
    testimonies_.push_back(
        {span, sleep.extra_switches > 0 ? Kind::kStopped : Kind::kUntouched, sleep.monitor});
  }
}

void PauseJudge::add(const MachineMoment& moment) {
  moments_.push_back(moment);
}

Nanos PauseJudge::settle(Nanos until, std::vector<Record>& records) {
  until = whole_spans_until(until);
  const std::vector<PauseRecord> pauses = judge(until);
  for (const PauseRecord& pause : pauses) records.push_back(record_cast<Record>(pause));
  count(pauses, until);
  forget(until);
  return until;
}

Nanos PauseJudge::whole_spans_until(Nanos until) const {
  for (bool is_moved = true; is_moved;) {
    is_moved = false;
    for (const Testimony& testimony : testimonies_) {
      if (testimony.span.begin >= until || testimony.span.end <= until) continue;
      until = testimony.span.begin;
      is_moved = true;
    }
  }
  return until;
}

std::vector<TimeSpan> PauseJudge::spans_of(Kind kind, size_t monitor, Nanos until) const {
  std::vector<TimeSpan> spans;
  for (const Testimony& testimony : testimonies_) {
    if (testimony.kind == kind && testimony.monitor == monitor && testimony.span.end <= until) {
      spans.push_back(testimony.span);
    }
  }
  return spans;
}

std::vector<TimeSpan> PauseJudge::common_spans(Kind kind, Nanos until) const {
  std::vector<TimeSpan> common = spans_of(kind, 0, until);
  for (size_t monitor = 1; monitor < monitors_; ++monitor) {
    common = overlaps(common, spans_of(kind, monitor, until), least_);
  }
  return common;
}

std::vector<PauseRecord> PauseJudge::judge(Nanos until) const {
  std::vector<PauseRecord> pauses;
  for (const TimeSpan& span : common_spans(Kind::kStopped, until)) {
    pauses.push_back(to_record(span, Kind::kStopped));
  }
  for (const TimeSpan& span : common_spans(Kind::kUntouched, until)) {
    if (monitors_ > 1 || machine_admits(span)) pauses.push_back(to_record(span, Kind::kUntouched));
  }
  return pauses;
}

MachineMoment PauseJudge::growth_over(TimeSpan span) const {
  const auto after = std::find_if(moments_.begin(), moments_.end(),
                                  [&](const MachineMoment& m) { return m.time >= span.end; });
  const auto before = std::find_if(moments_.rbegin(), moments_.rend(),
                                   [&](const MachineMoment& m) { return m.time <= span.begin; });
  if (after == moments_.end() || before == moments_.rend()) return {};
  MachineMoment growth;
  growth.suspended = after->suspended - before->suspended;
  // The kernel lets steal fall at times; then it tells nothing.
  const bool is_known = before->steal >= Nanos(0) && after->steal >= before->steal;
  if (is_known) growth.steal = after->steal - before->steal;
  return growth;
}

bool PauseJudge::machine_admits(TimeSpan span) const {
  const MachineMoment growth = growth_over(span);
  return growth.suspended >= kLeastSuspend || (growth.steal - kStealTick) * 2 >= span.length();
}

PauseRecord PauseJudge::to_record(TimeSpan span, Kind kind) const {
  PauseRecord record;
  record.head.kind = RecordKind::kPause;
  record.head.flags = kind == Kind::kUntouched ? kPauseIsHost : 0;
  record.head.mono_ns = span.begin.count;
  record.end_ns = span.end.count;
  record.steal_ns = growth_over(span).steal.count;
  return record;
}

void PauseJudge::count(const std::vector<PauseRecord>& pauses, Nanos until) {
  for (const Testimony& testimony : testimonies_) {
    if (testimony.span.end > until) continue;
    ++(overlaps_any(testimony.span, pauses) ? counts_.paused : counts_.alone);
  }
  for (const PauseRecord& pause : pauses) {
    const bool is_host = (pause.head.flags & kPauseIsHost) != 0;
    ++(is_host ? counts_.host_pauses : counts_.stops);
  }
}

void PauseJudge::forget(Nanos until) {
  std::erase_if(testimonies_, [&](const Testimony& t) { return t.span.end <= until; });
  // What is still to come lies after `until`: the last moment before that is the oldest of use.
  const auto next = std::find_if(moments_.begin(), moments_.end(),
                                 [&](const MachineMoment& m) { return m.time > until; });
  if (next - moments_.begin() > 1) moments_.erase(moments_.begin(), next - 1);
}

}  // namespace holdfast
