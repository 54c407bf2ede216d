// SPDX-License-Identifier: MIT
#include "core/judge.h"

#include <algorithm>

namespace holdfast {
namespace {

constexpr Nanos kEpisodeGap = kSecond;
constexpr int64_t kLargest = int64_t{1} << 61;  ///< Frames and nanoseconds: sums cannot overflow.
constexpr int64_t kLargestCount = int64_t{1} << 40;
constexpr uint32_t kLargestBlock = 1U << 20;

bool is_within(int64_t value, int64_t limit) {
  return value >= -limit && value <= limit;
}
bool is_count(int64_t value) {
  return value >= 0 && value <= kLargestCount;
}

/// False for what no device ever said: a crafted or damaged trace.
bool is_plausible(const BlockRecord& record) {
  return is_within(record.position_frames, kLargest) && is_within(record.due_ns, kLargest) &&
         is_within(record.head.mono_ns, kLargest) && record.frames > 0 &&
         record.frames <= kLargestBlock && record.lost_before_frames <= kLargestCount;
}

bool is_plausible(const DroppedRecord& record) {
  return is_count(record.blocks) && is_count(record.received_frames) &&
         is_count(record.missing_frames) && is_count(record.gaps) &&
         is_within(record.device_front_frames, kLargest) && is_within(record.last_due_ns, kLargest);
}

}  // namespace

Judge::Judge(const SessionInfo& info, OnGlitch on_glitch)
    : on_glitch_(std::move(on_glitch)),
      timeline_(info.rate_hz, info.position_source),
      observed_{info.observation, static_cast<uint32_t>(info.observed_thread),
                info.times_callbacks != 0},
      facts_(observed_.thread),
      graph_(info),
      utc_minus_mono_ns_(std::clamp(info.utc_minus_mono_ns, -kLargest, kLargest)) {}

void Judge::take(std::span<const Record> records) {
  for (const Record& record : records) {
    graph_.take(record);
    switch (record.head.kind) {
      case RecordKind::kBlock:
        take_block(record_cast<BlockRecord>(record));
        break;
      case RecordKind::kDropped:
        take_dropped(record_cast<DroppedRecord>(record));
        break;
      case RecordKind::kFaults: {
        const auto faults = record_cast<FaultsRecord>(record);
        summary_.own_major_faults = faults.major;
        summary_.own_minor_faults = faults.minor;
        break;
      }
      case RecordKind::kClock:
        utc_minus_mono_ns_ =
            std::clamp(record_cast<ClockRecord>(record).utc_minus_mono_ns, -kLargest, kLargest);
        break;
      case RecordKind::kEnd:
        summary_.end_reason = record_cast<EndRecord>(record).reason;
        break;
      case RecordKind::kLost:
        told_losses_ =
            std::min(told_losses_ + std::clamp<int64_t>(record_cast<LostRecord>(record).facts, 0,
                                                        kLargestCount),
                     kLargest);
        facts_.add(record);
        break;
      case RecordKind::kFault:
      case RecordKind::kOffCpu:
      case RecordKind::kCallback:
      case RecordKind::kThreadUse:
      case RecordKind::kPause:
        facts_.add(record);
        break;
      case RecordKind::kText:
      case RecordKind::kFollowedText:
        take_text(record);
        break;
      case RecordKind::kMemory:
        summary_.machine.add(record_cast<MemoryRecord>(record));
        break;
      case RecordKind::kProcessors:
        summary_.machine.add(record_cast<ProcessorsRecord>(record));
        break;
      case RecordKind::kResidency:  // makes no cause: only faults do
        break;
    }
  }
  refresh();
}

void Judge::take_text(const Record& record) {
  if (const auto line = lines_.take(record)) space_.take_line(*line);
}

/// What no gap can need any more.
void Judge::forget() {
  const Nanos oldest = timeline_.oldest_due() - kFactsBeforeDue;
  facts_.forget_before(oldest);
  graph_.forget_before(oldest);
}

void Judge::finish() {
  while (timeline_.finish()) emit(timeline_.closed_gap());
  summary_.pages = page_costs_.ranking();
  refresh();
}

void Judge::refresh() {
  summary_.totals = timeline_.totals();
  summary_.glitches = summary_.totals.gaps;
  summary_.lost_facts = told_losses_ + facts_.dropped() + graph_.dropped();
}

void Judge::take_block(const BlockRecord& record) {
  if (!is_plausible(record)) {
    summary_.dropped_records++;
    return;
  }
  const Block block = to_block(record);
  summary_.lateness.add(lateness(block));
  const Placement placement = timeline_.place(block);
  if (placement.has_closed_gap) emit(timeline_.closed_gap());
  forget();
}

/// The audio thread counted what it could not write down: take its word for it.
void Judge::take_dropped(const DroppedRecord& record) {
  if (!is_plausible(record)) {
    summary_.dropped_records++;
    return;
  }
  Totals truth = timeline_.totals();
  truth.blocks += record.blocks;
  truth.received += Frames(record.received_frames);
  truth.missing += Frames(record.missing_frames);
  truth.elapsed = truth.received + truth.missing;
  truth.gaps += record.gaps;
  const bool had_gap =
      timeline_.adopt(truth, Frames(record.device_front_frames), Nanos(record.last_due_ns));
  if (had_gap) emit(timeline_.closed_gap());
  summary_.dropped_records += record.blocks;
  summary_.unlisted_glitches += record.gaps;
}

void Judge::emit(const Gap& gap) {
  Glitch glitch;
  glitch.index = ++listed_;
  glitch.gap = gap;
  glitch.utc = gap.due + Nanos(utc_minus_mono_ns_);
  summary_.lateness.add(lateness(gap));
  Attribution attribution = attribute(gap, observed_, facts_, space_);
  if (auto blame = graph_.blame(gap, attribution)) {
    glitch.process = std::move(blame->program);
    attribution = std::move(blame->attribution);
  }
  glitch.cause = attribution.cause;
  glitch.budget = std::move(attribution.budget);
  glitch.has_lost_facts = attribution.has_lost_facts;
  glitch.is_memory = attribution.is_memory;
  summary_.causes.at(static_cast<size_t>(glitch.cause))++;
  for (const BudgetPart& part : glitch.budget) {
    summary_.cause_times.at(static_cast<size_t>(part.kind)) += part.time;
  }
  page_costs_.add(glitch);
  const bool is_new_episode = listed_ == 1 || gap.due - last_glitch_end_ >= kEpisodeGap;
  if (is_new_episode) summary_.episodes++;
  last_glitch_end_ = gap.woke;
  if (on_glitch_) on_glitch_(glitch);
}

}  // namespace holdfast
