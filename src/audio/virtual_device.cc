// SPDX-License-Identifier: MIT
#include "audio/virtual_device.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/wait_linux.h"

namespace holdfast::audio {
namespace {

constexpr double kToneHz = 440;
constexpr float kToneAmplitude = 0.25F;
/// Between open() and the first block: time for locking to be done, on a fresh grid.
constexpr Nanos kLeadTime = kMillisecond * 10;
constexpr Nanos kLongestSleep = kMillisecond * 200;

/// One period of the tone per whole number of frames would detune it; one second never does.
std::vector<float> one_second_of_tone(int64_t rate_hz) {
  std::vector<float> tone(static_cast<size_t>(rate_hz));
  for (size_t i = 0; i < tone.size(); i++) {
    const double phase = 2 * std::numbers::pi * kToneHz * static_cast<double>(i);
    tone[i] = kToneAmplitude * static_cast<float>(std::sin(phase / static_cast<double>(rate_hz)));
  }
  return tone;
}

}  // namespace

VirtualDevice::VirtualDevice(VirtualOptions options, std::vector<float> loop)
    : options_(std::move(options)), loop_source_(std::move(loop)) {}

VirtualDevice::~VirtualDevice() {
  stop();
}

Result<Capabilities> VirtualDevice::open(const StreamFormat& format, BlockHandler handler) {
  HF_TRY(check(format));
  format_ = format;
  handler_ = handler;
  faults_ = PageBuffer<ScriptedFault>(options_.faults.size());
  std::copy(options_.faults.begin(), options_.faults.end(), faults_.data());
  prepare_content();
  working_set_ = {range_of(*this, "virtual device"), faults_.range("scripted faults"),
                  plane_.range("samples"), planes_.range("channels"), loop_.range("content")};
  if (!options_.is_clock_fake) {
    HF_TRY(thread_.create(&VirtualDevice::run_on_thread, this));
    working_set_.push_back(thread_.stack());
  }
  Capabilities capabilities;
  capabilities.device = to_text(options_);
  capabilities.granted = format;
  capabilities.counts_client_lateness_exactly = true;
  capabilities.counts_server_lateness_exactly = true;  // there is no server
  const int64_t tolerated = options_.policy == VirtualPolicy::kSkip ? 1 : options_.ring_blocks - 1;
  capabilities.late_tolerance =
      duration_of(Frames(tolerated * format.block_frames), format.rate_hz);
  capabilities.is_real_time = !options_.is_clock_fake;
  return capabilities;
}

void VirtualDevice::prepare_content() {
  plane_ = PageBuffer<float>(static_cast<size_t>(format_.block_frames));
  planes_ = PageBuffer<const float*>(format_.channels);
  std::fill_n(planes_.data(), format_.channels, plane_.data());
  if (options_.content == VirtualContent::kTone) loop_source_ = one_second_of_tone(format_.rate_hz);
  loop_ = PageBuffer<float>(loop_source_.size());
  std::copy(loop_source_.begin(), loop_source_.end(), loop_.data());
}

Result<> VirtualDevice::start() {
  now_ = monotonic_now() + kLeadTime;
  stream_.emplace(options_, faults_.span(), format_, now_);
  state_ = DeviceState::kRunning;
  if (options_.is_clock_fake) {
    run();
  } else {
    thread_.release();
  }
  return Done{};
}

void VirtualDevice::stop() {
  is_stopping_ = true;
  thread_.join();
}

HF_RT_TEXT void VirtualDevice::run_on_thread(void* self) {
  static_cast<VirtualDevice*>(self)->run();
}

HF_RT_TEXT void VirtualDevice::run() {
  while (!is_stopping_.load(std::memory_order_relaxed)) {
    const Nanos wake = stream_->next_wake();
    const Nanos now = wait(wake);
    if (now < wake) continue;  // a signal, or a very long block
    if (!deliver(now)) return;
  }
  state_.store(DeviceState::kFinished);
}

HF_RT_TEXT Nanos VirtualDevice::wait(Nanos wake) {
  if (options_.is_clock_fake) {
    if (now_ < wake) now_ = wake;
    return now_;
  }
  // Whoever stops the device must not have to wait for a block that is due in hours.
  const Nanos latest = now_ + kLongestSleep;
  sleep_until(wake < latest ? wake : latest);
  now_ = monotonic_now();
  return now_;
}

/// False when the stream has ended.
HF_RT_TEXT bool VirtualDevice::deliver(Nanos now) {
  Delivery delivery = stream_->take(now);
  if (!delivery.has_block) {
    state_.store(DeviceState::kGone);
    return false;
  }
  delivery.block.woke = now;
  fill(delivery);
  if (stream_->is_near_overwrite() && !options_.is_clock_fake) {
    delivery.block.is_torn |= stream_->was_overwritten(monotonic_now());
  }
  const Samples samples{planes_.data(), format_.channels};
  if (handler_.call(handler_.context, delivery.block, samples)) return true;
  state_.store(DeviceState::kFinished);
  return false;
}

HF_RT_TEXT void VirtualDevice::fill(const Delivery& delivery) {
  float* plane = plane_.data();
  const int64_t frames = format_.block_frames;
  const auto loop_frames = static_cast<int64_t>(loop_.span().size());
  if (!delivery.has_data || (options_.content != VirtualContent::kPosition && loop_frames == 0)) {
    for (int64_t i = 0; i < frames; i++) plane[i] = 0;
  } else if (options_.content == VirtualContent::kPosition) {
    fill_with_position(plane, delivery.true_position, Frames(frames));
  } else {
    int64_t from = delivery.true_position.count % loop_frames;
    for (int64_t i = 0; i < frames; i++) {
      plane[i] = loop_.data()[from];
      if (++from == loop_frames) from = 0;
    }
  }
}

}  // namespace holdfast::audio
