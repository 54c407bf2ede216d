// SPDX-License-Identifier: MIT
#include "core/session_facts.h"

#include <algorithm>

namespace holdfast {
namespace {

/// A crafted trace may say any time; the judge believes the same.
constexpr int64_t kLargestTime = int64_t{1} << 61;

bool is_plausible(int64_t mono_ns) {
  return mono_ns >= -kLargestTime && mono_ns <= kLargestTime;
}

/// Of the machine that is observed; a trace does not tell.
constexpr size_t kPageSize = 4096;

/// As long as a block where blocks are long: no empty buckets between them.
Nanos bucket_width(const SessionInfo& info) {
  const Nanos block = duration_of(Frames(info.block_frames), std::max<int64_t>(info.rate_hz, 1));
  return std::max(LatenessLine::kFinest, block);
}

}  // namespace

SessionCollector::SessionCollector(const SessionInfo& info)
    : judge_(info, [this](const Glitch& glitch) { take_glitch(glitch); }), planner_(kPageSize) {
  facts_.info = info;
  facts_.lateness = LatenessLine(bucket_width(info));
  facts_.utc_minus_mono = Nanos(info.utc_minus_mono_ns);
}

void SessionCollector::take(std::span<const Record> records) {
  for (const Record& record : records) {
    if (is_plausible(record.head.mono_ns)) take(record);
  }
  judge_.take(records);
  planner_.take(records);
}

SessionFacts SessionCollector::finish() {
  judge_.finish();
  facts_.summary = judge_.summary();
  facts_.faults.finish(space_);
  facts_.audio_thread = space_.thread_name(static_cast<uint32_t>(facts_.info.observed_thread));
  if (planner_.totals().faults > 0) {
    const int64_t limit = facts_.info.lock_limit_bytes;
    facts_.lock_plan = planner_.plan(facts_.info.observed_thread, limit < 0 ? INT64_MAX : limit);
  }
  return std::move(facts_);
}

void SessionCollector::take(const Record& record) {
  switch (record.head.kind) {
    case RecordKind::kBlock:
      take_block(record_cast<BlockRecord>(record));
      break;
    case RecordKind::kMemory:
      facts_.memory.add(record_cast<MemoryRecord>(record));
      break;
    case RecordKind::kProcessors:
      facts_.processors.add(record_cast<ProcessorsRecord>(record));
      break;
    case RecordKind::kThreadUse:
      if (const auto use = record_cast<ThreadUseRecord>(record); is_observed(use.thread)) {
        facts_.thread.add(use);
      }
      break;
    case RecordKind::kFault:
      if (const auto fault = record_cast<FaultRecord>(record); is_observed(fault.thread)) {
        if (is_plausible(fault.end_ns)) facts_.faults.add(fault, space_);
      }
      break;
    case RecordKind::kPause:
      if (const auto pause = record_cast<PauseRecord>(record);
          facts_.pauses.size() < kMostPauses && is_plausible(pause.end_ns)) {
        facts_.pauses.push_back(span_of(pause));
      }
      break;
    case RecordKind::kClock:
      if (const auto clock = record_cast<ClockRecord>(record);
          is_plausible(clock.utc_minus_mono_ns)) {
        facts_.utc_minus_mono = Nanos(clock.utc_minus_mono_ns);
      }
      break;
    case RecordKind::kText:
      if (const auto line = lines_.take(record)) {
        space_.take_line(*line);
        facts_.residency.take_line(*line);
      }
      break;
    case RecordKind::kResidency:
      facts_.residency.add(record_cast<ResidencyRecord>(record));
      break;
    default:
      break;
  }
  if (record.head.kind != RecordKind::kText) note_time(record.head.mono_ns);
}

void SessionCollector::take_block(const BlockRecord& record) {
  if (!is_plausible(record.due_ns)) return;
  if (!facts_.has_blocks) {
    facts_.has_blocks = true;
    facts_.begin = Nanos(record.due_ns);
    facts_.end = facts_.begin;
  }
  facts_.last_due = Nanos(record.due_ns);
  facts_.lateness.add(Nanos(record.due_ns) - facts_.begin,
                      Nanos(record.head.mono_ns - record.due_ns));
}

/// Its lateness begins where the first missing block was due, which no block tells.
void SessionCollector::take_glitch(const Glitch& glitch) {
  facts_.lateness.add(glitch.gap.due - facts_.begin, lateness(glitch.gap));
  if (facts_.glitches.size() < kMostGlitches) facts_.glitches.push_back(glitch);
}

void SessionCollector::note_time(int64_t mono_ns) {
  if (facts_.has_blocks) facts_.end = std::max(facts_.end, Nanos(mono_ns));
}

bool SessionCollector::is_observed(uint32_t thread) const {
  const auto observed = static_cast<uint32_t>(facts_.info.observed_thread);
  return observed == 0 || thread == observed;
}

}  // namespace holdfast
