// SPDX-License-Identifier: MIT
#include "audio/pipewire_clock.h"

#include <pipewire/version.h>

#include <cstddef>
#include <cstring>

namespace holdfast::audio {
namespace {

/// A driver's time further away than this is by another clock.
constexpr Nanos kMostApart = kSecond * 10;

HF_RT_INLINE bool is_near(Nanos time, Nanos woke) {
  return time > woke - kMostApart && time < woke + kMostApart;
}

}  // namespace

/// The field lies where older headers have the end of their padding, so that a module that was
/// built on Debian 12 reads it on newer servers, too.
HF_RT_TEXT uint64_t driver_losses(const spa_io_clock& clock) HF_REALTIME {
#if PW_CHECK_VERSION(0, 3, 79)
  return clock.xrun;
#else
  constexpr size_t kAt = sizeof(spa_io_clock) - sizeof(uint64_t);
  static_assert(kAt == offsetof(spa_io_clock, padding) + 6 * sizeof(uint32_t));
  uint64_t losses = 0;
  memcpy(&losses, reinterpret_cast<const char*>(&clock) + kAt, sizeof losses);
  return losses;
#endif
}

HF_RT_INLINE void PipewireClock::begin_epoch(LossSource source) {
  if (is_begun_ && !is_anew_) epoch_++;
  is_anew_ = true;
  source_ = source;
}

HF_RT_TEXT void PipewireClock::come_back() HF_REALTIME {
  begin_epoch(LossSource::kServer);
}

/// The cycle's nominal time: all frames of the block existed then.
HF_RT_INLINE Nanos PipewireClock::due(const spa_io_clock& clock, const Block& block) {
  const Nanos time(static_cast<int64_t>(clock.nsec));
  if (is_anew_) has_clock_time_ = is_near(time, block.woke);
  if (!has_clock_time_) return counter_clock_.due(block.position, block.frames, block.woke);
  return time < block.woke ? time : block.woke;
}

HF_RT_TEXT PipewireClock::Cycle PipewireClock::take(const spa_io_clock& clock,
                                                    Block& block) HF_REALTIME {
  if ((clock.flags & SPA_IO_CLOCK_FLAG_FREEWHEEL) != 0) {
    begin_epoch(LossSource::kDevice);
    return Cycle::kNoTime;
  }
  if (clock.rate.denom != rate_hz_ * clock.rate.num) return Cycle::kOtherRate;
  block.position = Frames(static_cast<int64_t>(clock.position));
  block.frames = Frames(static_cast<int64_t>(clock.duration));
  const uint64_t losses = has_losses_ ? driver_losses(clock) : 0;
  if (!is_anew_ && clock.id != driver_) begin_epoch(LossSource::kDevice);
  if (!is_anew_ && losses > losses_) {
    begin_epoch(LossSource::kDevice);
    block.lost_before = Frames(static_cast<int64_t>(losses - losses_)) + (block.position - next_);
    block.lost_error = block.frames;
  }
  if (is_anew_) counter_clock_.restart();
  block.due = due(clock, block);
  if (is_anew_ && is_begun_) block.source = source_;
  block.epoch = epoch_;
  is_begun_ = true;
  is_anew_ = false;
  driver_ = clock.id;
  losses_ = losses;
  next_ = block.position + block.frames;
  return Cycle::kBlock;
}

}  // namespace holdfast::audio
