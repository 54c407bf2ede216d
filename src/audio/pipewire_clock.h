// SPDX-License-Identifier: MIT
// What the clock of a PipeWire graph says about one cycle, as a block. Positions count the frames
// of one driver: another driver is another epoch. What a driver says it lost is told by `xrun`
// beside the position, which does not jump there; it becomes an epoch with a known loss.
#pragma once

#include <spa/node/io.h>

#include <cstdint>

#include "base/quantity.h"
#include "base/realtime.h"
#include "rt/block.h"
#include "rt/counter_clock.h"

namespace holdfast::audio {

/// Frames that the driver estimates to have lost since it began. Servers before 0.3.79 leave it 0.
/// RT safe.
uint64_t driver_losses(const spa_io_clock& clock) HF_REALTIME;

/// Follows the clock of one stream. One thread.
class PipewireClock {
 public:
  /// `has_losses`: this server tells driver_losses().
  PipewireClock(int64_t rate_hz, bool has_losses)
      : rate_hz_(rate_hz), has_losses_(has_losses), counter_clock_(rate_hz) {}

  enum class Cycle : uint8_t {
    kBlock,      ///< The block is filled in.
    kNoTime,     ///< Freewheeling: cycles come as fast as they can. What follows is a new epoch.
    kOtherRate,  ///< The graph runs at another rate now: this stream has ended.
  };

  /// Fills in all of the block but `woke`, which is there already. RT safe.
  Cycle take(const spa_io_clock& clock, Block& block) HF_REALTIME;

  /// The server was away: the next block begins an epoch. RT safe.
  void come_back() HF_REALTIME;

 private:
  void begin_epoch(LossSource source);
  Nanos due(const spa_io_clock& clock, const Block& block);

  int64_t rate_hz_;
  bool has_losses_;
  CounterClock counter_clock_;
  bool is_begun_ = false;       ///< There was a block.
  bool is_anew_ = true;         ///< The next block is the first of its epoch.
  bool has_clock_time_ = true;  ///< The driver's times are by our clock.
  uint32_t epoch_ = 0;
  uint32_t driver_ = 0;
  uint64_t losses_ = 0;
  Frames next_;  ///< Position after the last block.
  LossSource source_ = LossSource::kDevice;
};

}  // namespace holdfast::audio
