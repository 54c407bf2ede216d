// SPDX-License-Identifier: MIT
#include "rt/counter_watch.h"

namespace holdfast {
namespace {

/// Wake-ups are late for a hundred reasons, by some 100 us; blocks of 16 frames take 333 us.
HF_RT_INLINE Nanos threshold_of(Nanos period) {
  constexpr Nanos kLeast{200'000};
  constexpr Nanos kMost{400'000};
  const Nanos quarter(period.count / 4);
  return quarter < kLeast ? kLeast : quarter > kMost ? kMost : quarter;
}

}  // namespace

HF_RT_TEXT Nanos RecentLeast::least() const HF_REALTIME {
  Nanos least = minima_[0];
  for (size_t i = 1; i < kept(); i++) {
    if (minima_[i] < least) least = minima_[i];
  }
  return least;
}

HF_RT_TEXT Nanos RecentLeast::spread() const HF_REALTIME {
  Nanos most = minima_[0];
  for (size_t i = 1; i < kept(); i++) {
    if (minima_[i] > most) most = minima_[i];
  }
  return most - least();
}

HF_RT_TEXT CounterWatch::Verdict CounterWatch::take(const Block& block) HF_REALTIME {
  const Nanos offset = block.woke - duration_of(block.position, rate_hz_);
  const Nanos period = duration_of(block.frames, rate_hz_);
  block_ = block.frames;
  threshold_ = threshold_of(period);
  if (blocks_++ == 0) floor_ = offset;
  if (!is_suspicious_) floor_ += Nanos(period.count / kMostDriftShare);
  if (is_label_late(offset)) return Verdict::kNothing;
  if (is_suspicious_) return doubt(offset);
  if (offset < floor_) floor_ = offset;
  if (offset - floor_ < threshold_) [[likely]] {
    before_.add(offset);
    return Verdict::kNothing;
  }
  is_suspicious_ = true;
  doubtful_blocks_ = 0;
  after_.clear();
  doubt(offset);
  return Verdict::kSuspicion;
}

/// No wake-up comes too early: the label had been read after the counter moved on. What stays so
/// for long is the true beat, not known before.
HF_RT_INLINE bool CounterWatch::is_label_late(Nanos offset) {
  if (offset >= floor_ - threshold_) [[likely]] {
    early_blocks_ = 0;
    return false;
  }
  if (++early_blocks_ < kYouthBlocks && blocks_ > kYouthBlocks) return true;
  floor_ = offset;
  before_.clear();
  return false;
}

/// Half of what is suspicious is enough to clear.
HF_RT_TEXT CounterWatch::Verdict CounterWatch::doubt(Nanos offset) {
  if (offset - floor_ < Nanos(threshold_.count / 2)) {
    is_suspicious_ = false;
    if (offset < floor_) floor_ = offset;
    before_.add(offset);
    return Verdict::kCleared;
  }
  if (doubtful_blocks_++ < kHurriedBlocks || !after_.add(offset)) return Verdict::kNothing;
  if (after_.groups() < static_cast<int64_t>(RecentLeast::kGroups)) return Verdict::kNothing;
  // A server that catches up (PipeWire) comes back block by block, and late labels end: wait for
  // quiet, but where the machine is never quiet, not for ever.
  const bool is_quiet = after_.spread() < Nanos(threshold_.count / 2);
  const bool is_falling = after_.newest() == after_.least();
  const bool is_enough = is_quiet || (after_.groups() >= kMostGroups && !is_falling);
  return is_enough ? conclude(Frames(0)) : Verdict::kNothing;
}

/// Each of the two minima may be off by as much as those of its groups differ; and the clocks may
/// have drifted apart meanwhile.
HF_RT_TEXT CounterWatch::Verdict CounterWatch::conclude(Frames slack) {
  constexpr int64_t kBlocks =
      static_cast<int64_t>(RecentLeast::kGroups) * RecentLeast::kGroupNumbers;
  const bool is_old_beat_known = before_.groups() >= static_cast<int64_t>(RecentLeast::kGroups);
  const Nanos missing = after_.least() - (is_old_beat_known ? before_.least() : floor_);
  const Nanos doubtful = after_.spread() + (is_old_beat_known ? before_.spread() : Nanos(0));
  is_suspicious_ = false;
  if (missing < threshold_) return Verdict::kCleared;
  floor_ = after_.least();
  before_ = after_;
  if (!is_old_beat_known) return Verdict::kCleared;
  lost_ = frames_in(missing + duration_of(Frames(1), 2 * rate_hz_), rate_hz_);
  error_ = slack + Frames(2) + frames_in(doubtful, rate_hz_) +
           Frames(block_.count * kBlocks / kMostDriftShare);
  return Verdict::kLoss;
}

HF_RT_TEXT CounterWatch::Verdict CounterWatch::finish() HF_REALTIME {
  if (!is_suspicious_ || after_.groups() == 0) return Verdict::kNothing;
  return conclude(block_);
}

HF_RT_TEXT void CounterWatch::restart() HF_REALTIME {
  blocks_ = early_blocks_ = 0;
  before_.clear();
  is_suspicious_ = false;
}

}  // namespace holdfast
