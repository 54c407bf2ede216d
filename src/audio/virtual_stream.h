// SPDX-License-Identifier: MIT
// The virtual device itself, without a thread: which block comes next, when it is due, where it
// lies, what is in it. The hardware position is a pure function of time with no writer behind it,
// so the device is never late; every loss is the client's, or scripted.
//
// Two counts run beside each other. The *device* count says how many frames have existed; scripted
// losses advance it. The *label* is what the device tells of it, which scripted faults make wrong.
#pragma once

#include <cstdint>
#include <span>

#include "audio/device.h"
#include "audio/virtual_options.h"
#include "base/quantity.h"
#include "base/realtime.h"
#include "rt/block.h"
#include "rt/counter32.h"

namespace holdfast::audio {

/// The device's clock: frames as a function of time. Pure. In fixed point, because a 128-bit
/// division is a library call outside the locked section; off by less than 1 ns in 10 years.
class VirtualClock {
 public:
  VirtualClock(int64_t rate_hz, double drift_ppm, Nanos start);

  /// How many whole frames have existed at `time`; 0 before the start. RT safe.
  [[nodiscard]] Frames frames_at(Nanos time) const HF_REALTIME;
  /// The first nanosecond at which `frames` frames exist: frames_at(when(f)) == f. RT safe.
  [[nodiscard]] Nanos when(Frames frames) const HF_REALTIME;

 private:
  static constexpr int kFrameShift = 46;  ///< 125,000 ns per frame at 8 kHz still fit.
  static constexpr int kNanoShift = 74;
  uint64_t nanos_per_frame_;  ///< Times 2^kFrameShift.
  uint64_t frames_per_nano_;  ///< Times 2^kNanoShift.
  Nanos start_;
};

/// What a stream delivers at one wake-up.
struct Delivery {
  Block block;             ///< Everything but `woke`, `content` and `is_silent`.
  bool has_block = false;  ///< False when the device is gone.
  bool has_data = true;    ///< False: the samples are all zero.
  Frames true_position;    ///< Frame number that the position-coded signal carries.
};

/// One run of the virtual device. One thread.
class VirtualStream {
 public:
  /// `faults` must outlive the stream (it lies in the audio thread's locked memory).
  VirtualStream(const VirtualOptions& options, std::span<const ScriptedFault> faults,
                const StreamFormat& format, Nanos start);

  /// When to wake for the next block; scripted faults that are due happen here. Asking again
  /// before take() gives the same answer. RT safe.
  [[nodiscard]] Nanos next_wake() HF_REALTIME;
  /// The block that a client awake at `now`, not before next_wake(), gets. RT safe.
  [[nodiscard]] Delivery take(Nanos now) HF_REALTIME;
  /// Did the ring overwrite the block just taken, while it was copied until `now`? RT safe.
  [[nodiscard]] bool was_overwritten(Nanos now) const HF_REALTIME;
  /// True when the copy is near enough to the ring's end that was_overwritten() must be asked.
  [[nodiscard]] bool is_near_overwrite() const { return is_near_overwrite_; }

 private:
  void lose_what_is_late(Nanos now);
  void apply(const ScriptedFault& fault);
  [[nodiscard]] Frames next_label();
  Nanos jittered(Nanos due);

  const VirtualPolicy policy_;
  const Frames block_;
  const Frames ring_;
  const Frames start_position_;
  const Nanos jitter_;
  const bool is_counter_32_bit_;
  VirtualClock clock_;
  int64_t rate_hz_;
  std::span<const ScriptedFault> faults_;
  size_t next_fault_ = 0;
  Frames next_;    ///< Device count at which the next block begins.
  Frames origin_;  ///< Device count at which the current epoch began.
  Frames taken_;   ///< Device count at which the last block taken began.
  uint32_t epoch_ = 0;
  Counter32 counter_;
  uint64_t random_ = 0x853C49E6748FEA9BULL;
  bool is_near_overwrite_ = false;
  // What scripted faults do to the next block:
  LossSource source_ = LossSource::kClient;
  Nanos stall_;
  bool is_gone_ = false;
  bool is_twin_ = false;   ///< Labelled one block too high; the one after it says the same.
  bool is_empty_ = false;  ///< Comes without data, and then again.
  bool is_torn_ = false;
  bool is_repeat_ = false;  ///< The block before came without data: here it is again.
};

/// Fills `frames` samples of `plane` so that each tells its own frame number: (n mod 2^24), scaled
/// to [-1, 1), which a float holds exactly. RT safe.
void fill_with_position(float* plane, Frames first, Frames frames) HF_REALTIME;

/// The frame number (mod 2^24) that a sample written by fill_with_position() carries.
int64_t position_in(float sample);

}  // namespace holdfast::audio
