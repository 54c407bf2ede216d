// SPDX-License-Identifier: MIT
#include "audio/jack_device.h"

#include <unistd.h>

#include "audio/jack_ports.h"
#include "audio/thread_stack_linux.h"
#include "audio/wait_linux.h"

namespace holdfast::audio {
namespace {

constexpr const char* kClientName = "holdfast";
constexpr Nanos kThreadPatience = kSecond * 2;

}  // namespace

JackDevice::~JackDevice() {
  stop();
}

Result<Capabilities> JackDevice::open(const StreamFormat& format, BlockHandler handler) {
  HF_TRY(check(format));
  asked_ = format;
  handler_ = handler;
  ports_ = PageBuffer<jack_port_t*>(format.channels);
  planes_ = PageBuffer<const float*>(format.channels);
  HF_TRY(connect());
  Capabilities granted = capabilities();
  clock_.emplace(granted.granted.rate_hz);
  return granted;
}

Result<> JackDevice::connect() {
  thread_id_ = 0;
  has_cycled_ = false;
  limitations_.clear();
  HF_TRY_ASSIGN(client_, open_jack_client(kClientName));
  jack_on_shutdown(client_.get(), &JackDevice::note_shutdown, this);
  jack_set_freewheel_callback(client_.get(), &JackDevice::note_freewheel, this);
  jack_set_process_callback(client_.get(), &JackDevice::call_process, this);
  HF_TRY(register_ports());
  HF_TRY(activate());
  working_set_ = {range_of(*this, "JACK device"), ports_.range("ports"), planes_.range("channels"),
                  stack_};
  return connect_ports();
}

Result<> JackDevice::register_ports() {
  for (uint32_t i = 0; i < asked_.channels; i++) {
    const std::string name = "in_" + std::to_string(i + 1);
    ports_.data()[i] = jack_port_register(client_.get(), name.c_str(), JACK_DEFAULT_AUDIO_TYPE,
                                          JackPortIsInput, 0);
    if (ports_.data()[i] == nullptr) {
      return unavailable("the JACK server has no room for port " + std::to_string(i + 1) + " of " +
                         std::to_string(asked_.channels) +
                         "; use fewer --channels, or start it with more ports (`jackd -p 512`)");
    }
  }
  return Done{};
}

/// The audio thread begins here; its blocks go nowhere before start().
Result<> JackDevice::activate() {
  if (jack_activate(client_.get()) != 0) {
    return unavailable("the JACK server let us in but does not run us; restart it");
  }
  const Nanos deadline = monotonic_now() + kThreadPatience;
  while (!has_cycled_.load() && monotonic_now() < deadline) {
    sleep_until(monotonic_now() + kMillisecond);
  }
  if (has_cycled_.load()) return Done{};
  return unavailable("the JACK server let us in but runs no cycle within 2 s; is it stopped?");
}

Result<> JackDevice::connect_ports() {
  HF_TRY_ASSIGN(connected_, find_jack_sources(client_.get(), source_, asked_.channels));
  if (connected_.empty()) {
    limitations_.emplace_back(
        "the JACK server has no capture ports, so every block is silent (positions count all the "
        "same); name a port with --device jack:PORT, see `holdfast devices`");
  }
  for (size_t i = 0; i < connected_.size(); i++) {
    const std::string own = jack_port_name(ports_.data()[i]);
    if (jack_connect(client_.get(), connected_[i].c_str(), own.c_str()) != 0) {
      limitations_.push_back("JACK refused to connect " + connected_[i] + " to " + own +
                             ": that channel is silent");
    }
  }
  if (!connected_.empty() && connected_.size() < asked_.channels) {
    limitations_.push_back("only " + std::to_string(connected_.size()) + " of " +
                           std::to_string(asked_.channels) +
                           " channels have a port to record from; the others are silent");
  }
  return Done{};
}

Capabilities JackDevice::capabilities() const {
  Capabilities result;
  result.device = "jack:" + source_;
  if (source_.empty()) result.device = connected_.empty() ? "jack" : "jack:" + connected_.front();
  result.sound_system = jack_version_text();
  result.granted = asked_;
  result.granted.rate_hz = jack_get_sample_rate(client_.get());
  result.granted.block_frames = jack_get_buffer_size(client_.get());
  result.position_source = PositionSource::kServerCounter;
  result.counts_client_lateness_exactly = true;
  // One period of slack: the last late cycle is still delivered.
  result.late_tolerance = duration_of(Frames(result.granted.block_frames), result.granted.rate_hz);
  result.is_priority_ours = false;
  result.limitations = limitations_;
  const std::string difference = difference_text(asked_, result.granted);
  if (!difference.empty()) {
    result.limitations.push_back(difference +
                                 ": the JACK server decides; restart it with other -r and -p");
  }
  return result;
}

std::vector<pid_t> JackDevice::programs_before_us() const {
  return jack_programs_behind(client_.get(), connected_);
}

Result<> JackDevice::start() {
  state_ = DeviceState::kRunning;
  is_running_ = true;
  return Done{};
}

void JackDevice::stop() {
  is_running_ = false;
  if (client_ != nullptr) jack_deactivate(client_.get());  // waits for a callback under way
}

bool JackDevice::try_to_return() {
  if (state_.load() != DeviceState::kGone) return false;
  is_running_ = false;
  client_.reset();
  const int64_t rate_hz = clock_->rate_hz();
  const bool is_back = connect().ok() && jack_get_sample_rate(client_.get()) == rate_hz;
  if (!is_back) {
    client_.reset();
    return false;
  }
  epoch_++;
  is_back_ = is_first_of_epoch_ = true;
  clock_->restart();
  state_ = DeviceState::kRunning;
  is_running_ = true;
  return true;
}

/// In the first cycle, before start(): nothing is real-time yet. (The thread-init callback of
/// libjack 1.9.21 would not do: it comes from other threads, too, and from ours before it has its
/// priority.)
void JackDevice::note_thread() {
  stack_ = own_stack();
  thread_id_ = gettid();
  has_cycled_ = true;
}

/// A thread of libjack's; it may call nothing of JACK.
void JackDevice::note_shutdown(void* self) {
  auto* device = static_cast<JackDevice*>(self);
  device->is_running_ = false;
  device->state_ = DeviceState::kGone;
}

void JackDevice::note_freewheel(int is_starting, void* self) {
  static_cast<JackDevice*>(self)->is_freewheeling_ = is_starting != 0;
}

HF_RT_TEXT int JackDevice::call_process(jack_nframes_t frames, void* self) {
  return static_cast<JackDevice*>(self)->process(frames);
}

HF_RT_TEXT int JackDevice::process(jack_nframes_t frames) {
  Block block;
  block.woke = monotonic_now();
  if (!is_running_.load(std::memory_order_relaxed)) {
    if (!has_cycled_.load(std::memory_order_relaxed)) note_thread();
    return 0;
  }
  const jack_nframes_t counter = jack_last_frame_time(client_.get());
  if (is_freewheeling_.load(std::memory_order_relaxed)) {
    // Cycles come as fast as they can: no time, no loss. What follows is a new epoch.
    if (!is_first_of_epoch_) epoch_++;
    is_first_of_epoch_ = true;
    clock_->restart();
    return 0;
  }
  if (is_first_of_epoch_) {
    is_first_of_epoch_ = false;
    counter_.restart(counter);
  }
  block.position = counter_.widen(counter);
  block.frames = Frames(frames);
  block.epoch = epoch_;
  if (is_back_) block.source = LossSource::kServer;
  is_back_ = false;
  block.due = clock_->due(block.position, block.frames, block.woke);
  for (uint32_t i = 0; i < asked_.channels; i++) {
    planes_.data()[i] = static_cast<const float*>(jack_port_get_buffer(ports_.data()[i], frames));
  }
  if (handler_.call(handler_.context, block, {planes_.data(), asked_.channels})) return 0;
  is_running_.store(false, std::memory_order_relaxed);
  state_.store(DeviceState::kFinished);
  return 0;
}

}  // namespace holdfast::audio
