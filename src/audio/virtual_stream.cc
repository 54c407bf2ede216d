// SPDX-License-Identifier: MIT
#include "audio/virtual_stream.h"

#include <cmath>

namespace holdfast::audio {
namespace {

constexpr int64_t kMicro = 1'000'000;
constexpr auto kMicroNanos = static_cast<unsigned __int128>(kMicro) * 1'000'000'000;
constexpr int64_t kPositionModulus = int64_t{1} << 24;
constexpr int64_t kPositionMiddle = kPositionModulus / 2;
constexpr float kPositionScale = 1.0F / (1 << 23);

HF_RT_INLINE Frames whole_blocks(Frames frames, Frames block) {
  return Frames(frames.count / block.count * block.count);
}

}  // namespace

VirtualClock::VirtualClock(int64_t rate_hz, double drift_ppm, Nanos start) : start_(start) {
  const int64_t drift = std::llround(static_cast<double>(rate_hz) * drift_ppm);
  const int64_t frames_per_megasecond = rate_hz * kMicro + drift;
  const unsigned __int128 micro_rate = static_cast<uint64_t>(frames_per_megasecond);
  nanos_per_frame_ = static_cast<uint64_t>((kMicroNanos << kFrameShift) / micro_rate);
  frames_per_nano_ = static_cast<uint64_t>((micro_rate << kNanoShift) / kMicroNanos);
}

HF_RT_TEXT Frames VirtualClock::frames_at(Nanos time) const HF_REALTIME {
  if (time <= start_) return Frames(0);
  const auto elapsed = static_cast<unsigned __int128>((time - start_).count);
  Frames frames(static_cast<int64_t>(elapsed * frames_per_nano_ >> kNanoShift));
  // The product is a hair low; when() decides.
  while (when(frames + Frames(1)) <= time) frames += Frames(1);
  return frames;
}

HF_RT_TEXT Nanos VirtualClock::when(Frames frames) const HF_REALTIME {
  constexpr unsigned __int128 kRoundUp = (static_cast<unsigned __int128>(1) << kFrameShift) - 1;
  const auto scaled = static_cast<unsigned __int128>(frames.count) * nanos_per_frame_;
  return start_ + Nanos(static_cast<int64_t>((scaled + kRoundUp) >> kFrameShift));
}

VirtualStream::VirtualStream(const VirtualOptions& options, std::span<const ScriptedFault> faults,
                             const StreamFormat& format, Nanos start)
    : policy_(options.policy),
      block_(format.block_frames),
      ring_(format.block_frames * options.ring_blocks),
      start_position_(options.start),
      jitter_(options.jitter),
      is_counter_32_bit_(options.is_counter_32_bit),
      clock_(format.rate_hz, options.drift_ppm, start),
      rate_hz_(format.rate_hz),
      faults_(faults) {
  counter_.restart(static_cast<uint32_t>(options.start.count));
}

HF_RT_TEXT Nanos VirtualStream::next_wake() HF_REALTIME {
  // The first block says where the stream begins; what is scripted for 0s comes right after it.
  while (!is_gone_ && next_ > Frames(0) && next_fault_ < faults_.size() &&
         duration_of(next_, rate_hz_) >= faults_[next_fault_].at) {
    apply(faults_[next_fault_++]);
  }
  // A stall belongs to the thread, not to the device: it moves the wake-up and nothing else.
  return clock_.when(next_ + block_) + stall_;
}

HF_RT_TEXT void VirtualStream::apply(const ScriptedFault& fault) {
  switch (fault.kind) {
    case FaultKind::kLose:
      next_ += fault.frames;
      source_ = LossSource::kDevice;
      break;
    case FaultKind::kRestart:
      next_ += block_;
      origin_ = next_;
      epoch_++;
      counter_.restart(0);
      source_ = LossSource::kDevice;
      break;
    case FaultKind::kStall:
      stall_ += fault.duration;
      break;
    case FaultKind::kTwin:
      is_twin_ = true;
      break;
    case FaultKind::kSilent:
      is_empty_ = true;
      break;
    case FaultKind::kTorn:
      is_torn_ = true;
      break;
    case FaultKind::kGone:
      is_gone_ = true;
      break;
  }
}

HF_RT_TEXT Delivery VirtualStream::take(Nanos now) HF_REALTIME {
  Delivery delivery;
  if (is_gone_) return delivery;
  if (!is_repeat_) {
    lose_what_is_late(now);
    taken_ = next_;
    next_ += block_;
  }
  delivery.has_block = true;
  delivery.has_data = !is_empty_;
  delivery.true_position = start_position_ + taken_;
  delivery.block.position = next_label();
  delivery.block.frames = block_;
  delivery.block.due = jittered(clock_.when(taken_ + block_));
  delivery.block.epoch = epoch_;
  delivery.block.source = source_;
  delivery.block.is_torn = is_torn_;
  is_repeat_ = is_empty_;
  is_empty_ = is_torn_ = is_twin_ = false;
  stall_ = Nanos(0);
  source_ = LossSource::kClient;
  return delivery;
}

/// What the device's policy takes away from a client that comes at `now`.
HF_RT_TEXT void VirtualStream::lose_what_is_late(Nanos now) {
  const Frames available = clock_.frames_at(now) - next_;
  Frames lost;
  if (policy_ == VirtualPolicy::kSkip) {
    const Frames behind = available - block_;
    if (behind > block_) lost = whole_blocks(behind, block_);
  } else if (available > ring_) {
    // Only whole blocks are ever overwritten: round up.
    lost = whole_blocks(available - ring_ + block_ - Frames(1), block_);
  }
  next_ += lost;
  is_near_overwrite_ = policy_ == VirtualPolicy::kCatchup && available - lost + block_ > ring_;
}

/// What the device says the position of the block at `taken_` is.
HF_RT_TEXT Frames VirtualStream::next_label() {
  Frames label = taken_ - origin_;
  if (epoch_ == 0) label += start_position_;
  if (is_twin_) label += block_;  // read after the counter had moved on
  return is_counter_32_bit_ ? counter_.widen(static_cast<uint32_t>(label.count)) : label;
}

/// Deterministic noise: the same run has the same jitter (PCG's multiplier and increment).
HF_RT_TEXT Nanos VirtualStream::jittered(Nanos due) {
  if (jitter_ == Nanos(0)) return due;
  random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
  const auto noise = static_cast<int64_t>(random_ >> 33);  // 31 bits
  const int64_t width = 2 * jitter_.count + 1;
  return due + Nanos(static_cast<int64_t>(static_cast<__int128>(noise) * width >> 31)) - jitter_;
}

HF_RT_TEXT bool VirtualStream::was_overwritten(Nanos now) const HF_REALTIME {
  return clock_.frames_at(now) - taken_ > ring_;
}

HF_RT_TEXT void fill_with_position(float* plane, Frames first, Frames frames) HF_REALTIME {
  for (int64_t i = 0; i < frames.count; i++) {
    const int64_t number = (first.count + i) & (kPositionModulus - 1);
    plane[i] = static_cast<float>(number - kPositionMiddle) * kPositionScale;
  }
}

int64_t position_in(float sample) {
  return std::llround(sample / kPositionScale) + kPositionMiddle;
}

}  // namespace holdfast::audio
