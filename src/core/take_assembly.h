// SPDX-License-Identifier: MIT
// From delivered blocks to what a recording holds at which frame. Sound systems label blocks
// wrongly at times, and say so later: a block is held in memory until nothing can move it any more,
// and a gap is filled when it is final. Pure: whoever writes the file is called back.
//
// Law: what was written plus what was filled is, without holes or overlaps, what the device ran.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "base/quantity.h"
#include "core/gap_fill.h"
#include "rt/block.h"
#include "rt/timeline.h"

namespace holdfast {

/// Missing frames that have been filled, and how many of them this program itself had no room for.
struct TakeGap {
  Gap gap;
  Frames own;
};

/// Puts the blocks of one stream together. One thread.
class TakeAssembly {
 public:
  struct Options {
    int64_t rate_hz = 48000;
    uint32_t channels = 2;
    PositionSource position_source = PositionSource::kDeviceCounter;
    FillKind fill = FillKind::kSilence;
    /// What is held longer than this is written where it now belongs, and again should it move:
    /// with blocks of 8192 frames, 256 of them are 40 s that a crash would take away.
    Nanos hold_at_most = kMillisecond * 200;
  };
  /// Calls back with interleaved samples that belong at `at`, with frames that are to be silent,
  /// and with each gap once it has been filled. A later call for the same frames replaces them.
  struct Target {
    std::function<void(Frames at, std::span<const float> samples)> write;
    std::function<void(Frames at, Frames length)> silence;
    std::function<void(const TakeGap&)> on_gap;
  };

  TakeAssembly(const Options& options, Target target);

  /// The next block; `planes` holds each channel's samples in turn. `refused_frames`: how many
  /// frames found no room on their way here, since the stream began.
  void take(const Block& block, const float* planes, int64_t refused_frames);

  /// Hands out what has come together so far; call it when no block is waiting.
  void flush();

  /// No block follows; `refused_frames` as above.
  void finish(int64_t refused_frames);

  /// Frames of the recording so far.
  [[nodiscard]] Frames length() const { return timeline_.totals().elapsed + lost_at_end_; }
  [[nodiscard]] const Totals& totals() const { return timeline_.totals(); }

 private:
  struct Held {
    Frames at;
    std::vector<float> samples;
    bool is_written = false;
  };
  void hold(Frames at, const Block& block, const float* planes);
  void relocate(const Placement& placement);
  void close(const Gap& gap);
  void fill(const Gap& gap);
  void settle(Frames settled);
  void put(const Held& held);
  void remember(const Held& held);
  [[nodiscard]] Frames frames_of(const Held& held) const;
  [[nodiscard]] std::vector<float> frame_at(Frames position) const;

  Options options_;
  Target target_;
  Timeline timeline_;
  std::deque<Held> held_;
  std::vector<std::vector<float>> spare_;  ///< Memory of blocks that have been written.
  std::vector<float> batch_;               ///< Consecutive frames from batch_at_.
  Frames batch_at_;
  Frames settled_;
  std::vector<float> last_frame_;  ///< The furthest frame that is no longer held ...
  Frames last_frame_at_{-1};       ///< ... and where it lies.
  int64_t refused_frames_ = 0;
  Frames own_of_open_gap_;
  Frames lost_at_end_;
};

}  // namespace holdfast
