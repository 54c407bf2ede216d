// SPDX-License-Identifier: MIT
// The two arms of the on_block measurement. Both copy the samples, as any callback would; `capture`
// also does everything Holdfast adds on the audio thread. Their difference is the price.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "rt/on_block.h"

namespace holdfast::bench {

inline constexpr int64_t kFrames = 16;
inline constexpr int64_t kRateHz = 48000;

/// What an empty callback does: keep the samples.
struct SampleCopy {
  std::array<std::array<float, kFrames>, 2> planes = {};

  void take(Samples samples) {
    std::memcpy(planes[0].data(), samples.planes[0], sizeof planes[0]);
    std::memcpy(planes[1].data(), samples.planes[1], sizeof planes[1]);
  }
};

/// A device that is never late: consecutive stereo blocks whose samples tell their frame number.
class PerfectStream {
 public:
  /// The next block; its samples stay valid until the next call.
  Block next() {
    Block block;
    block.position = position_;
    block.frames = Frames(kFrames);
    block.due = duration_of(position_ + block.frames, kRateHz);
    block.woke = block.due + kMicrosecond;
    for (size_t i = 0; i < kFrames; i++) {
      left_[i] = static_cast<float>((position_.count + static_cast<int64_t>(i)) % 65536) / 65536.0F;
      right_[i] = -left_[i];
    }
    position_ += block.frames;
    return block;
  }
  [[nodiscard]] Samples samples() const { return {planes_.data(), 2}; }

  PerfectStream() = default;
  PerfectStream(const PerfectStream&) = delete;
  PerfectStream& operator=(const PerfectStream&) = delete;

 private:
  Frames position_;
  std::array<float, kFrames> left_ = {};
  std::array<float, kFrames> right_ = {};
  std::array<const float*, 2> planes_ = {left_.data(), right_.data()};
};

/// One arm: a handler and what it writes to.
class Arm {
 public:
  explicit Arm(bool is_capture) : is_capture_(is_capture) {}

  /// The callback. Through a function pointer, as a device calls it.
  [[nodiscard]] BlockHandler handler() {
    return {is_capture_ ? &Arm::copy_and_capture : &Arm::copy_only, this};
  }
  /// What the collector thread does, outside the callback.
  void drain() { records_.pop(drained_); }
  /// Blocks the ring had no room for: 0, or the measurement measured the wrong thing.
  [[nodiscard]] uint64_t dropped() const { return records_.dropped(); }
  [[nodiscard]] int64_t blocks() const { return capture_.totals().blocks; }

 private:
  static bool copy_only(void* context, Block& /*block*/, Samples samples) {
    static_cast<Arm*>(context)->copy_.take(samples);
    return true;
  }
  static bool copy_and_capture(void* context, Block& block, Samples samples) {
    auto* arm = static_cast<Arm*>(context);
    arm->copy_.take(samples);
    return arm->capture_.on_block(block, samples);
  }

  bool is_capture_;
  SampleCopy copy_;
  std::array<Record, 64> storage_ = {};
  std::array<Record, 64> drained_ = {};
  Ring<Record> records_{storage_};
  Capture capture_{kRateHz, Frames(0), &records_, nullptr};
};

}  // namespace holdfast::bench
