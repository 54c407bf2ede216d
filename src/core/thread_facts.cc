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

/// Facts come nearly in order of time, so what ended long ago is at the front.
template <class Kept>
void drop_before(std::deque<Kept>& facts, Nanos time) {
  while (!facts.empty() && span_of(facts.front()).end < time) facts.pop_front();
}

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

template <class Kept>
void ThreadFacts::keep(std::deque<Kept>& facts, const Kept& fact) {
  if (facts.size() < kMostFacts) return facts.push_back(fact);
  LostRecord lost;
  lost.head.mono_ns = fact.head.mono_ns;
  lost.end_ns = fact.head.mono_ns + 1;
  lost.facts = 1;
  if (losses_.size() < kMostFacts) losses_.push_back(lost);
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
  drop_before(faults_, time);
  drop_before(off_cpu_, time);
  drop_before(callbacks_, time);
  drop_before(pauses_, time);
  drop_before(losses_, time);
  // Three readings before are kept: one to begin with, two more for what is usual.
  while (uses_.size() > 3 && time_of(uses_[3].head.mono_ns) < time) uses_.pop_front();
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

Nanos ThreadFacts::usual_run_delay(size_t reading) const {
  constexpr size_t kIntervals = 2;
  if (reading < kIntervals) return Nanos(0);
  const auto delay = [this](size_t end) {
    return time_of(uses_[end].run_delay_ns) - time_of(uses_[end - 1].run_delay_ns);
  };
  return std::max(std::min(delay(reading), delay(reading - 1)), Nanos(0));
}

std::optional<ThreadFacts::Use> ThreadFacts::use(TimeSpan window) const {
  const auto is_after = [](Nanos time, const ThreadUseRecord& use) {
    return time < time_of(use.head.mono_ns);
  };
  const auto next = std::upper_bound(uses_.begin(), uses_.end(), window.begin, is_after);
  if (next == uses_.begin()) return std::nullopt;
  const auto before = next - 1;
  bool is_stopped = is_stopped_state(before->head.flags);
  for (auto after = next; after != uses_.end(); ++after) {
    is_stopped |= is_stopped_state(after->head.flags);
    if (time_of(after->head.mono_ns) < window.end) continue;
    return Use{{time_of(before->head.mono_ns), time_of(after->head.mono_ns)},
               time_of(after->cpu_ns) - time_of(before->cpu_ns),
               time_of(after->run_delay_ns) - time_of(before->run_delay_ns),
               (time_of(after->major) - time_of(before->major)).count,
               (time_of(after->minor) - time_of(before->minor)).count,
               is_stopped,
               usual_run_delay(static_cast<size_t>(before - uses_.begin()))};
  }
  return std::nullopt;
}

}  // namespace holdfast
