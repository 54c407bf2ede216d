// SPDX-License-Identifier: MIT
#include "rt/on_block.h"

#include "rt/fingerprint.h"

namespace holdfast {
namespace {

HF_RT_TEXT bool call_on_block(void* context, Block& block, Samples samples) HF_REALTIME {
  return static_cast<Capture*>(context)->on_block(block, samples);
}

}  // namespace

/// Comes before place(): what a dropped block did to the totals is told by the next DroppedRecord.
HF_RT_INLINE void Capture::note(const Block& block) {
  if (is_behind_ && !catch_up()) return;
  if (records_->push(to_record(block))) [[likely]]
    return;
  is_behind_ = true;
  recorded_ = timeline_.totals();
}

HF_RT_INLINE bool Capture::take(const Block& block) {
  if (records_ != nullptr) note(block);
  const Placement placement = timeline_.place(block);
  if (placement.has_closed_gap && gaps_ != nullptr) gaps_->push(timeline_.closed_gap());
  return timeline_.totals().elapsed < limit_;
}

HF_RT_TEXT bool Capture::on_block(Block& block, Samples samples) HF_REALTIME {
  fingerprint(block, samples);
  return take(block);
}

HF_RT_TEXT bool Capture::on_labelled_block(const Block& block) HF_REALTIME {
  return take(block);
}

/// Blocks were dropped: tell how many, and what the timeline made of them, before going on.
HF_RT_TEXT bool Capture::catch_up() {
  const Totals& now = timeline_.totals();
  DroppedRecord record;
  record.head.kind = RecordKind::kDropped;
  record.head.mono_ns = timeline_.last_due().count;
  record.blocks = now.blocks - recorded_.blocks;
  record.received_frames = (now.received - recorded_.received).count;
  record.missing_frames = (now.missing - recorded_.missing).count;
  record.gaps = now.gaps - recorded_.gaps;
  record.device_front_frames = timeline_.device_front().count;
  record.last_due_ns = timeline_.last_due().count;
  // Room for the block that follows, too: one without the other would tell half the story.
  if (!records_->push(record, 1)) return false;
  is_behind_ = false;
  return true;
}

void Capture::finish() {
  if (is_behind_ && records_ != nullptr) catch_up();
  while (timeline_.finish()) {
    if (gaps_ != nullptr) gaps_->push(timeline_.closed_gap());
  }
}

BlockHandler Capture::handler() {
  return {&call_on_block, this};
}

}  // namespace holdfast
