// SPDX-License-Identifier: MIT
// place() has one line for the block that follows the last one, because that is every block but a
// few; each other case is a function named after it.
#include "rt/timeline.h"

namespace holdfast {

/// The block is next in line: the front moves past it.
HF_RT_INLINE void Timeline::advance(const Block& block) {
  front_ += block.frames;
  totals_.received += block.frames;
  totals_.elapsed = front_ - first_;
  last_ = block;
}

HF_RT_TEXT Placement Timeline::place(const Block& block) HF_REALTIME {
  Placement out;
  totals_.blocks++;
  if (block.is_torn) {
    totals_.torn++;
    return out;
  }
  if (!needs_position_only_) look_at_clock(block);
  if (block.epoch != last_.epoch) {
    begin_epoch(block, out);
    return out;
  }
  const Frames at = block.position + shift_;
  const Frames step = at - front_;
  if (step == Frames(0)) {
    if (is_doubtful_silence_) settle_doubtful_silence(block);
    out.at = at;
    out.is_placed = true;
    advance(block);
  } else if (step > kRestartForward || step < -kRestartBackward) {
    begin_epoch(block, out);
    return out;
  } else if (step > Frames(0)) {
    place_ahead(block, at, out);
  } else if (block.position == last_.position && block.frames == last_.frames) {
    place_twin(block, at, out);
  } else {
    place_behind(block, at, out);
  }
  if (has_server_loss_ && !out.has_closed_gap && out.relocated_by == Frames(0)) {
    insert_server_loss(out);
  }
  if (has_open_ && !out.has_closed_gap && ++open_blocks_ > kOpenBlocks) close_gap(out);
  return out;
}

HF_RT_TEXT bool Timeline::finish(Placement* moved) HF_REALTIME {
  Placement none;
  if (has_suspect_ && !has_server_loss_) {
    has_server_loss_ = watch_.finish() == CounterWatch::Verdict::kLoss;
    has_suspect_ = has_server_loss_;
  }
  if (has_server_loss_) insert_server_loss(none);
  if (has_open_ && !none.has_closed_gap) close_gap(none);
  if (moved != nullptr) *moved = none;
  return none.has_closed_gap;
}

HF_RT_TEXT void Timeline::look_at_clock(const Block& block) {
  if (!is_begun_) begin(block);
  needs_position_only_ = !has_watch_;
  if (has_watch_) watch(block);
}

/// Before the block is placed: the front is where frames would be missing.
HF_RT_TEXT void Timeline::watch(const Block& block) {
  // At another block size the server wakes us at another moment of its count.
  if (block.epoch != last_.epoch || block.frames != last_.frames) {
    watch_.restart();
    has_suspect_ = has_server_loss_;
  }
  switch (watch_.take(block)) {
    case CounterWatch::Verdict::kNothing:
      break;
    case CounterWatch::Verdict::kSuspicion:
      if (has_server_loss_) break;
      has_suspect_ = true;
      suspect_ =
          Gap{front_,     Frames(0),   Frames(0), last_.due + duration_of(last_.frames, rate_hz_),
              block.woke, block.epoch, false,     LossSource::kServer};
      break;
    case CounterWatch::Verdict::kCleared:
      has_suspect_ = has_server_loss_;
      break;
    case CounterWatch::Verdict::kLoss:
      if (!has_suspect_) break;
      has_server_loss_ = true;
      suspect_.missing = watch_.lost();
      suspect_.error = watch_.error();
      break;
  }
}

/// Frames were lost some blocks ago: all that came since moves up.
HF_RT_TEXT void Timeline::insert_server_loss(Placement& out) {
  has_suspect_ = has_server_loss_ = false;
  out.relocated_from = suspect_.position;
  out.relocated_by = -suspect_.missing;
  out.at += suspect_.missing;
  front_ += suspect_.missing;
  shift_ += suspect_.missing;
  totals_.missing += suspect_.missing;
  totals_.elapsed = front_ - first_;
  totals_.gaps++;
  if (has_open_ && open_.position >= suspect_.position) {
    open_.position += suspect_.missing;  // a later gap stays open; this one is told before it
    closed_ = suspect_;
    out.has_closed_gap = true;
    return;
  }
  if (has_open_) close_gap(out);
  open_ = suspect_;
  has_open_ = true;
  is_chain_ = false;
  open_blocks_ = kOpenBlocks;  // nothing that follows can change it: told with the next block
}

HF_RT_TEXT Nanos Timeline::oldest_due() const {
  Nanos oldest = last_.due;
  if (has_open_ && open_.due < oldest) oldest = open_.due;
  if (has_suspect_ && suspect_.due < oldest) oldest = suspect_.due;
  return oldest;
}

HF_RT_TEXT void Timeline::begin(const Block& block) {
  is_begun_ = true;
  shift_ = -block.position;
  last_ = block;
  last_.position = block.position - block.frames;
  last_.due = block.due - duration_of(block.frames, rate_hz_);
}

/// The last block may be replaced by its twin, and all after an open gap may move.
HF_RT_TEXT Frames Timeline::settled() const {
  Frames settled = front_ - last_.frames;
  if (has_open_ && open_.position < settled) settled = open_.position;
  if (has_suspect_ && suspect_.position < settled) settled = suspect_.position;
  return settled;
}

/// A counter that starts anew. The backend may know what was lost; else the clock bounds it.
HF_RT_TEXT void Timeline::begin_epoch(const Block& block, Placement& out) {
  totals_.restarts++;
  is_doubtful_silence_ = false;
  Frames lost = block.lost_before;
  Frames error = block.lost_error;
  const bool is_announced = block.epoch != last_.epoch && lost >= Frames(0);
  if (!is_announced) {
    // Both due times carry the jitter of one wake-up; a block on either side bounds it.
    lost = frames_in(block.due - last_.due, rate_hz_) - block.frames;
    if (lost < Frames(0)) lost = Frames(0);
    error = block.frames;
  }
  if (lost > Frames(0) || error > Frames(0)) {
    open_gap(block, lost, out);
    open_.error = error;
    open_.is_exact = error == Frames(0);
    open_.source = block.source == LossSource::kClient ? LossSource::kDevice : block.source;
  }
  front_ += lost;
  totals_.missing += lost;
  shift_ = front_ - block.position;
  is_chain_ = false;  // labels on both sides of a restart have nothing to do with each other
  out.at = front_;
  out.is_placed = true;
  advance(block);
}

HF_RT_TEXT void Timeline::place_ahead(const Block& block, Frames at, Placement& out) {
  if (is_doubtful_silence_) settle_doubtful_silence(block);
  const Frames missing = at - front_;
  // An all-zero block that jumps, amid sound, is a buffer nobody filled (PipeWire 0.3, jack2):
  // placed for now, taken back if sound goes on right after it.
  is_doubtful_silence_ = block.is_silent && !last_.is_silent;
  open_gap(block, missing, out);
  if (block.lost_error > Frames(0)) {
    open_.error = block.lost_error;
    open_.is_exact = false;
  }
  front_ = at;
  totals_.missing += missing;
  out.at = at;
  out.is_placed = true;
  advance(block);
}

/// The same label twice in a row. Which of the two is right shows in their contents.
HF_RT_TEXT void Timeline::place_twin(const Block& block, Frames at, Placement& out) {
  totals_.twins++;
  out.is_twin = true;
  out.at = at;
  if (block.is_silent || block.content == last_.content) {
    if (block.is_silent && !last_.is_silent) totals_.without_data++;
    if (block.is_silent && last_.is_silent && has_open_ && is_chain_) {
      open_.is_exact = false;  // a late label or a lost block: silence does not tell
      open_.error = block.frames;
    }
    return;  // no data, or the overwritten buffer once more: what is there stays
  }
  out.is_placed = true;
  const bool was_label_late =
      has_open_ && is_chain_ && open_.is_exact && open_.missing >= block.frames && !last_.is_silent;
  if (was_label_late) {
    // The counter had moved on before it was read: every block since the gap belongs one lower.
    out.relocated_from = open_.position + open_.missing;
    out.relocated_by = block.frames;
    totals_.relocated += (at + block.frames - out.relocated_from).count / block.frames.count;
    totals_.missing -= block.frames;
    totals_.received += block.frames;
    open_.missing -= block.frames;
    drop_gap_if_empty();
  }
  is_doubtful_silence_ = false;
  last_ = block;
}

/// A label before the end of what was received: it fills what it can of the open gap.
HF_RT_TEXT void Timeline::place_behind(const Block& block, Frames at, Placement& out) {
  totals_.backward++;
  is_chain_ = false;
  is_doubtful_silence_ = false;
  last_ = block;
  out.at = at;
  out.is_placed = !block.is_silent && at >= first_;
  if (!out.is_placed) return;
  const Frames end = at + block.frames;
  if (has_open_) fill(at, end);
  if (end > front_) {
    totals_.received += end - front_;
    front_ = end;
    totals_.elapsed = front_ - first_;
  }
}

/// Frames [from, to) arrived after all: what lies in the open gap is no longer missing.
HF_RT_TEXT void Timeline::fill(Frames from, Frames to) {
  const Frames gap_end = open_.position + open_.missing;
  if (from < open_.position) from = open_.position;
  if (to > gap_end) to = gap_end;
  if (to <= from) return;
  totals_.missing -= to - from;
  totals_.received += to - from;
  if (from == open_.position) open_.position = to;
  open_.missing -= to - from;
  drop_gap_if_empty();
}

HF_RT_TEXT void Timeline::drop_gap_if_empty() {
  if (open_.missing > Frames(0)) return;
  has_open_ = false;
  totals_.gaps--;
}

/// The block before jumped and was all zero. Sound right after it says that it held no data.
HF_RT_TEXT void Timeline::settle_doubtful_silence(const Block& block) {
  is_doubtful_silence_ = false;
  if (block.is_silent || !has_open_) return;
  totals_.without_data++;
  totals_.received -= last_.frames;
  totals_.missing += last_.frames;
  open_.missing += last_.frames;
}

HF_RT_TEXT void Timeline::open_gap(const Block& block, Frames missing, Placement& out) {
  if (has_open_) close_gap(out);
  // When the first missing block was due, by interpolation: drift of the device drops out.
  const int64_t span = (missing + block.frames).count;
  const int64_t waited = (block.due - last_.due).count;
  const int64_t frames = last_.frames.count;
  const Nanos period(span > 0 ? waited / span * frames + waited % span * frames / span : 0);
  open_ = Gap{front_,     missing,     Frames(0), last_.due + period,
              block.woke, block.epoch, true,      block.source};
  has_open_ = true;
  is_chain_ = true;
  open_blocks_ = 0;
  totals_.gaps++;
}

HF_RT_TEXT void Timeline::close_gap(Placement& out) {
  out.has_closed_gap = true;
  closed_ = open_;
  has_open_ = false;
}

bool Timeline::adopt(const Totals& truth, Frames device_front, Nanos last_due) {
  has_suspect_ = has_server_loss_ = false;
  watch_.restart();
  const bool had_gap = finish();
  front_ = first_ + truth.elapsed;
  shift_ = front_ - device_front;
  last_.position = device_front - last_.frames;
  last_.due = last_due;
  totals_ = truth;
  is_doubtful_silence_ = false;
  return had_gap;
}

}  // namespace holdfast
