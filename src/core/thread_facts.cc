// SPDX-License-Identifier: MIT
#include "core/thread_facts.h"

#include <algorithm>

namespace holdfast {
namespace {

/// Times of a crafted trace: sums and differences of them cannot overflow.
constexpr int64_t kLatest = int64_t{1} << 61;

Nanos time_of(int64_t nanos) {
  return Nanos(std::clamp(nanos, -kLatest, kLatest));
}

template <class Kept>
TimeSpan span_between_head_and_end(const Kept& record) {
  return {time_of(record.head.mono_ns), time_of(record.end_ns)};
}

template <class Kept>
std::vector<Kept> overlapping(const std::deque<Kept>& facts, TimeSpan window) {
  std::vector<Kept> found;
  std::copy_if(facts.begin(), facts.end(), std::back_inserter(found),
               [&](const Kept& fact) { return span_of(fact).overlaps(window); });
  std::stable_sort(found.begin(), found.end(),
                   [](const Kept& a, const Kept& b) { return a.head.mono_ns < b.head.mono_ns; });
  return found;
}

/// Facts come nearly in order of time, so what ended long ago is at the front; unless one with an
/// absurd end stands before it. Then all are looked at, but not before their number has doubled.
template <class Kept>
void drop_before(std::deque<Kept>& facts, Nanos time, size_t& next_sweep) {
  constexpr size_t kFew = 1024;
  const auto is_over = [time](const Kept& fact) { return span_of(fact).end < time; };
  while (!facts.empty() && is_over(facts.front())) facts.pop_front();
  if (facts.size() < std::max(next_sweep, kFew)) return;
  facts.erase(std::remove_if(facts.begin(), facts.end(), is_over), facts.end());
  next_sweep = facts.size() * 2;
}

/// A reading is an instant.
TimeSpan span_of(const ThreadUseRecord& use) {
  return {time_of(use.head.mono_ns), time_of(use.head.mono_ns)};
}

constexpr size_t kUsualIntervals = 8;

bool is_stopped_state(uint16_t state) {
  return state == 'T' || state == 't';
}

}  // namespace

TimeSpan span_of(const FaultRecord& fault) {
  const Nanos begin = time_of(fault.head.mono_ns);
  const bool is_instant = (fault.head.flags & (kFaultHasNoEnd | kFaultHasNoBegin)) != 0;
  return {begin, is_instant ? begin : time_of(fault.end_ns)};
}

TimeSpan span_of(const OffCpuRecord& record) {
  return span_between_head_and_end(record);
}
TimeSpan span_of(const CallbackRecord& record) {
  return span_between_head_and_end(record);
}
TimeSpan span_of(const PauseRecord& record) {
  return span_between_head_and_end(record);
}
TimeSpan span_of(const LostRecord& record) {
  return span_between_head_and_end(record);
}

/// Where there are too many, the time of what is not kept joins the last loss.
template <class Kept>
void ThreadFacts::keep(std::deque<Kept>& facts, const Kept& fact) {
  if (facts.size() < kMostFacts) return facts.push_back(fact);
  dropped_++;
  const TimeSpan span = span_of(fact);
  LostRecord lost;
  lost.head.mono_ns = span.begin.count;
  lost.end_ns = std::max(span.end, span.begin + Nanos(1)).count;
  if (losses_.empty()) losses_.push_back(lost);
  LostRecord& last = losses_.back();
  last.head.mono_ns = std::min(last.head.mono_ns, lost.head.mono_ns);
  last.end_ns = std::max(last.end_ns, lost.end_ns);
}

void ThreadFacts::add(const Record& record) {
  const auto is_ours = [this](const auto& fact) { return thread_ == 0 || fact.thread == thread_; };
  switch (record.head.kind) {
    case RecordKind::kFault: {
      const auto fault = record_cast<FaultRecord>(record);
      if (is_ours(fault)) keep(faults_, fault);
      break;
    }
    case RecordKind::kOffCpu: {
      const auto off = record_cast<OffCpuRecord>(record);
      if (is_ours(off)) keep(off_cpu_, off);
      break;
    }
    case RecordKind::kThreadUse: {
      const auto use = record_cast<ThreadUseRecord>(record);
      if (is_ours(use)) keep(uses_, use);
      break;
    }
    case RecordKind::kCallback:
      keep(callbacks_, record_cast<CallbackRecord>(record));
      break;
    case RecordKind::kPause:
      keep(pauses_, record_cast<PauseRecord>(record));
      break;
    case RecordKind::kLost:
      keep(losses_, record_cast<LostRecord>(record));
      break;
    default:
      break;
  }
}

void ThreadFacts::forget_before(Nanos time) {
  drop_before(faults_, time, faults_sweep_);
  drop_before(off_cpu_, time, off_cpu_sweep_);
  drop_before(callbacks_, time, callbacks_sweep_);
  drop_before(pauses_, time, pauses_sweep_);
  drop_before(losses_, time, losses_sweep_);
  // Besides the reading to begin with, those that tell what is usual.
  constexpr size_t kBefore = kUsualIntervals + 1;
  while (uses_.size() > kBefore && time_of(uses_[kBefore].head.mono_ns) < time) uses_.pop_front();
}

std::vector<FaultRecord> ThreadFacts::faults(TimeSpan window) const {
  return overlapping(faults_, window);
}
std::vector<OffCpuRecord> ThreadFacts::off_cpu(TimeSpan window) const {
  return overlapping(off_cpu_, window);
}
std::vector<CallbackRecord> ThreadFacts::callbacks(TimeSpan window) const {
  return overlapping(callbacks_, window);
}
std::vector<PauseRecord> ThreadFacts::pauses(TimeSpan window) const {
  return overlapping(pauses_, window);
}

bool ThreadFacts::has_lost(TimeSpan window) const {
  return std::any_of(losses_.begin(), losses_.end(),
                     [&](const LostRecord& lost) { return span_of(lost).overlaps(window); });
}

Nanos ThreadFacts::usual(Counter counter, size_t reading) const {
  Nanos least;
  for (size_t i = 0; i < kUsualIntervals && i < reading; i++) {
    const size_t end = reading - i;
    const Nanos grown = time_of(uses_[end].*counter) - time_of(uses_[end - 1].*counter);
    least = i == 0 ? grown : std::min(least, grown);
  }
  return std::max(least, Nanos(0));
}

ThreadFacts::Use ThreadFacts::use_between(size_t before, size_t after, bool is_stopped) const {
  const auto grown = [&](Counter counter) {
    return time_of(uses_[after].*counter) - time_of(uses_[before].*counter);
  };
  Use use;
  use.between = {time_of(uses_[before].head.mono_ns), time_of(uses_[after].head.mono_ns)};
  use.cpu = grown(&ThreadUseRecord::cpu_ns);
  use.run_delay = grown(&ThreadUseRecord::run_delay_ns);
  use.major = grown(&ThreadUseRecord::major).count;
  use.minor = grown(&ThreadUseRecord::minor).count;
  use.is_stopped = is_stopped;
  use.usual_run_delay = usual(&ThreadUseRecord::run_delay_ns, before);
  use.usual_cpu = usual(&ThreadUseRecord::cpu_ns, before);
  return use;
}

std::optional<ThreadFacts::Use> ThreadFacts::use(TimeSpan window) const {
  const auto is_after = [](Nanos time, const ThreadUseRecord& use) {
    return time < time_of(use.head.mono_ns);
  };
  const auto next = std::upper_bound(uses_.begin(), uses_.end(), window.begin, is_after);
  if (next == uses_.begin()) return std::nullopt;
  const auto before = static_cast<size_t>(next - uses_.begin()) - 1;
  bool is_stopped = is_stopped_state(uses_[before].head.flags);
  for (size_t after = before + 1; after < uses_.size(); after++) {
    is_stopped |= is_stopped_state(uses_[after].head.flags);
    if (time_of(uses_[after].head.mono_ns) < window.end) continue;
    return use_between(before, after, is_stopped);
  }
  return std::nullopt;
}

std::optional<ThreadFacts::Use> ThreadFacts::use_within(TimeSpan window) const {
  size_t first = 0;
  while (first < uses_.size() && time_of(uses_[first].head.mono_ns) < window.begin) first++;
  size_t last = first;
  while (last + 1 < uses_.size() && time_of(uses_[last + 1].head.mono_ns) <= window.end) last++;
  if (last == first || last >= uses_.size()) return std::nullopt;
  return use_between(first, last, false);
}

}  // namespace holdfast
