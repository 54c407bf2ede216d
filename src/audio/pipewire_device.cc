// SPDX-License-Identifier: MIT
#include "audio/pipewire_device.h"

#include <unistd.h>

#include <algorithm>

#include "audio/pipewire_memory_linux.h"
#include "audio/thread_stack_linux.h"
#include "audio/wait_linux.h"

namespace holdfast::audio {
namespace {

constexpr const char* kNodeName = "holdfast";
constexpr Nanos kCyclePatience = kSecond * 2;
/// Another block size takes effect in the cycle after the link that asks for it.
constexpr int64_t kSettlingCycles = 4;
/// From so many calls in a row without data on, it is the source that gives nothing.
constexpr int kMostEmptyCalls = 3;

/// Asks for rate and block size, and for cycles even while nothing is linked. That is a request:
/// the server weighs it against others' and its own limits.
pw_properties* node_properties(const StreamFormat& asked) {
  pw_properties* properties =
      pw_properties_new(PW_KEY_NODE_NAME, kNodeName, PW_KEY_MEDIA_TYPE, "Audio",
                        PW_KEY_MEDIA_CATEGORY, "Capture", PW_KEY_MEDIA_ROLE, "DSP",
                        PW_KEY_NODE_ALWAYS_PROCESS, "true", PW_KEY_NODE_LOCK_RATE, "true", nullptr);
  const auto frames = static_cast<long>(asked.block_frames);
  const auto rate_hz = static_cast<long>(asked.rate_hz);
  pw_properties_setf(properties, PW_KEY_NODE_LATENCY, "%ld/%ld", frames, rate_hz);
  pw_properties_setf(properties, PW_KEY_NODE_RATE, "1/%ld", rate_hz);
  return properties;
}

}  // namespace

PipewireDevice::~PipewireDevice() {
  stop();
  disconnect();
}

Result<Capabilities> PipewireDevice::open(const StreamFormat& format, BlockHandler handler) {
  HF_TRY(check(format));
  asked_ = format;
  handler_ = handler;
  ports_ = PageBuffer<PipewirePortBuffers>(format.channels);
  planes_ = PageBuffer<const float*>(format.channels);
  silence_ = PageBuffer<float>(kMaxBlockFrames);
  HF_TRY(connect());
  clock_.emplace(granted().rate_hz, is_pipewire_at_least(connection_->server_version(), 0, 3, 79));
  return capabilities();
}

Result<> PipewireDevice::connect() {
  thread_id_ = 0;
  cycles_ = 0;
  recorded_node_ = 0;
  empty_calls_ = kMostEmptyCalls + 1;  // until the source gives something
  limitations_.clear();
  HF_TRY_ASSIGN(connection_, PipewireConnection::open([this] { state_ = DeviceState::kGone; }));
  HF_TRY_ASSIGN(graph_,
                PipewireGraph::open(*connection_, [this](uint32_t id) { note_removal(id); }));
  HF_TRY(make_filter());
  HF_TRY(make_links());
  HF_TRY(wait_for_cycles());
  working_set_ = pipewire_shared_memory();
  for (const MemoryRange& range : {range_of(*this, "PipeWire device"), ports_.range("ports"),
                                   planes_.range("channels"), silence_.range("silence"), stack_}) {
    working_set_.push_back(range);
  }
  return Done{};
}

/// Also after a connect() that failed half-way.
void PipewireDevice::disconnect() {
  links_.clear();
  if (filter_ != nullptr) {
    const PipewireLock held = connection_->lock();
    spa_hook_remove(&hook_);
    pw_filter_destroy(filter_);
    filter_ = nullptr;
  }
  graph_.reset();
  connection_.reset();
}

Result<> PipewireDevice::make_filter() {
  static const pw_filter_events events = [] {
    pw_filter_events made = {};
    made.version = PW_VERSION_FILTER_EVENTS;
    made.process = &PipewireDevice::call_process;
    made.add_buffer = &PipewireDevice::note_buffer;
    made.remove_buffer = &PipewireDevice::note_no_buffer;
    return made;
  }();
  const PipewireLock held = connection_->lock();
  filter_ = pw_filter_new(connection_->core(), kNodeName, node_properties(asked_));
  if (filter_ == nullptr) return unavailable("PipeWire makes no node for us; restart it");
  pw_filter_add_listener(filter_, &hook_, &events, this);
  HF_TRY(add_ports());
  if (pw_filter_connect(filter_, PW_FILTER_FLAG_RT_PROCESS, nullptr, 0) < 0) {
    return unavailable("the PipeWire server let us in but takes no node from us; may we make any?");
  }
  return Done{};
}

Result<> PipewireDevice::add_ports() {
  for (uint32_t i = 0; i < asked_.channels; i++) {
    pw_properties* properties =
        pw_properties_new(PW_KEY_FORMAT_DSP, "32 bit float mono audio", nullptr);
    pw_properties_setf(properties, PW_KEY_PORT_NAME, "in_%u", i + 1);
    ports_.data()[i] = {};
    ports_.data()[i].port = pw_filter_add_port(
        filter_, PW_DIRECTION_INPUT, PW_FILTER_PORT_FLAG_MAP_BUFFERS, 8, properties, nullptr, 0);
    if (ports_.data()[i].port == nullptr) {
      return unavailable("PipeWire gives us no port " + std::to_string(i + 1) + " of " +
                         std::to_string(asked_.channels) + "; use fewer --channels");
    }
  }
  return Done{};
}

/// Without a session manager nobody else would. Our own ports are told apart by our node's id.
Result<> PipewireDevice::make_links() {
  std::vector<PipewirePort> own;
  connection_->wait_for(kCyclePatience, [&] {
    own = graph_->objects().ports_of(pw_filter_get_node_id(filter_), false);
    return own.size() == asked_.channels;
  });
  if (own.size() != asked_.channels) {
    return unavailable("the PipeWire server shows no node of ours within 2 s; may we make any?");
  }
  Result<PipewireSource> source = PipewireSource{};
  {
    const PipewireLock held = connection_->lock();
    source = graph_->objects().find(source_);
  }
  if (!source && !source_.empty()) return std::move(source.error());
  if (!source) {
    limitations_.push_back(source.error().what +
                           ", so every block is silent (positions count all the same)");
    return Done{};
  }
  recorded_ = source->node.name.empty() ? source->node.serial : source->node.name;
  recorded_node_ = source->node.id;
  const size_t count = std::min<size_t>(own.size(), source->ports.size());
  links_.clear();
  for (size_t i = 0; i < count; i++) {
    links_.push_back(std::make_unique<PipewireLink>(*connection_, source->ports[i], own[i]));
  }
  connection_->wait_for(kCyclePatience, [this] {
    return std::all_of(links_.begin(), links_.end(), [](auto& link) { return link->is_settled(); });
  });
  const PipewireLock held = connection_->lock();
  for (size_t i = 0; i < count; i++) {
    if (links_[i]->is_settled() && links_[i]->refusal().empty()) continue;
    const std::string why = links_[i]->is_settled() ? links_[i]->refusal() : "no answer";
    limitations_.push_back("PipeWire did not link " + recorded_ + ":" + source->ports[i].name +
                           " to channel " + std::to_string(i + 1) + " (" + why +
                           "): that channel is silent");
  }
  if (count < own.size()) {
    limitations_.push_back("only " + std::to_string(count) + " of " + std::to_string(own.size()) +
                           " channels have a port to record from; the others are silent");
  }
  return Done{};
}

/// The data thread exists from here on; its blocks go nowhere before start().
Result<> PipewireDevice::wait_for_cycles() {
  const int64_t cycles = cycles_.load();
  connection_->wait_for(kCyclePatience, [&] { return cycles_.load() >= cycles + kSettlingCycles; });
  if (cycles_.load() >= cycles + kSettlingCycles) return Done{};
  return unavailable(
      "the PipeWire server let us in but runs no cycle within 2 s: it has no device that drives "
      "it, or is stopped");
}

StreamFormat PipewireDevice::granted() const {
  StreamFormat granted = asked_;
  granted.rate_hz = rate_hz_.load();
  granted.block_frames = frames_.load();
  return granted;
}

Capabilities PipewireDevice::capabilities() const {
  const std::string& server = connection_->server_version();
  Capabilities result;
  result.device = recorded_.empty() ? "pipewire" : "pipewire:" + recorded_;
  result.sound_system = "PipeWire " + server + ", library " + pipewire_library_version();
  result.granted = granted();
  result.position_source = PositionSource::kServerCounter;
  result.counts_client_lateness_exactly = true;
  // One block of slack: the last late cycle is still delivered.
  result.late_tolerance = duration_of(Frames(result.granted.block_frames), result.granted.rate_hz);
  result.is_priority_ours = false;
  result.limitations = limitations_;
  const std::string difference = difference_text(asked_, result.granted);
  if (!difference.empty()) {
    result.limitations.push_back(
        difference + ": the PipeWire server decides; set PIPEWIRE_QUANTUM=" +
        std::to_string(asked_.block_frames) + "/" + std::to_string(asked_.rate_hz) + " to insist");
  }
  if (!is_pipewire_at_least(server, 0, 3, 79)) {
    result.limitations.push_back("PipeWire " + server +
                                 " does not tell what its driver lost (0.3.79 and later do): the "
                                 "clock has to bound it");
  }
  return result;
}

std::vector<pid_t> PipewireDevice::programs_before_us() const {
  const PipewireLock held = connection_->lock();
  return graph_->objects().programs_behind(pw_filter_get_node_id(filter_));
}

Result<> PipewireDevice::start() {
  state_ = DeviceState::kRunning;
  is_running_ = true;
  return Done{};
}

/// The other half of the handshake is in call_process(): either it sees that we do not run, or we
/// see that it is in there.
void PipewireDevice::stop() {
  is_running_ = false;
  while (is_in_call_.load()) sleep_until(monotonic_now() + kMicrosecond * 50);
}

bool PipewireDevice::try_to_return() {
  if (state_.load() != DeviceState::kGone) return false;
  const int64_t rate_hz = rate_hz_.load();
  stop();
  disconnect();
  const bool is_back = connect().ok() && rate_hz_.load() == rate_hz;
  if (!is_back) {
    disconnect();
    state_ = DeviceState::kGone;
    return false;
  }
  clock_->come_back();
  state_ = DeviceState::kRunning;
  is_running_ = true;
  return true;
}

/// On the connection's thread. A source that has been unplugged is as gone as a server.
void PipewireDevice::note_removal(uint32_t id) {
  if (id == recorded_node_.load() && id != 0) state_ = DeviceState::kGone;
}

/// In every cycle, wanted or not: else buffers would wait in the ports' queues, and be old. False
/// when nobody filled any.
HF_RT_TEXT bool PipewireDevice::read_ports(uint32_t frames) {
  bool is_filled = false;
  for (uint32_t i = 0; i < asked_.channels; i++) {
    const float* samples = ports_.data()[i].read(frames);
    is_filled |= ports_.data()[i].is_filled(samples, frames);
    planes_.data()[i] = samples != nullptr ? samples : silence_.data();
  }
  return is_filled;
}

void PipewireDevice::note_buffer(void* self, void* port, pw_buffer* buffer) {
  for (PipewirePortBuffers& own : static_cast<PipewireDevice*>(self)->ports_.span()) {
    if (own.port == port) own.add(*buffer);
  }
}

void PipewireDevice::note_no_buffer(void* self, void* port, pw_buffer* buffer) {
  for (PipewirePortBuffers& own : static_cast<PipewireDevice*>(self)->ports_.span()) {
    if (own.port == port) own.remove(*buffer);
  }
}

/// Before start(): nothing is real-time yet.
void PipewireDevice::look_on(const spa_io_clock& clock) {
  if (thread_id_.load() == 0) {
    stack_ = own_stack();
    thread_id_ = gettid();
  }
  if (clock.rate.num != 0) rate_hz_ = clock.rate.denom / clock.rate.num;
  frames_ = static_cast<int64_t>(clock.duration);
  read_ports(static_cast<uint32_t>(clock.duration));
  cycles_++;
}

HF_RT_TEXT void PipewireDevice::call_process(void* self, spa_io_position* position) {
  Block block;
  block.woke = monotonic_now();
  auto* device = static_cast<PipewireDevice*>(self);
  if (position == nullptr) return;
  device->is_in_call_.store(true);
  if (device->is_running_.load()) {
    device->process(position->clock, block);
  } else if (device->state_.load() != DeviceState::kFinished) {
    device->look_on(position->clock);
  }
  device->is_in_call_.store(false, std::memory_order_release);
}

/// In the hurry after somebody was late, we are at times called once too often, with nothing to
/// take and under a label that means nothing. A source that is silent for long gives nothing
/// either, but again and again.
HF_RT_TEXT void PipewireDevice::process(const spa_io_clock& clock, Block& block) {
  if (read_ports(static_cast<uint32_t>(clock.duration))) {
    empty_calls_ = 0;
  } else if (empty_calls_ <= kMostEmptyCalls) {
    empty_calls_++;
  }
  if (empty_calls_ > 0 && empty_calls_ < kMostEmptyCalls) return;
  const PipewireClock::Cycle cycle = clock_->take(clock, block);
  if (cycle == PipewireClock::Cycle::kNoTime) return;
  if (cycle == PipewireClock::Cycle::kOtherRate || block.frames > Frames(kMaxBlockFrames)) {
    is_running_.store(false, std::memory_order_relaxed);
    state_.store(DeviceState::kGone);
    return;
  }
  if (empty_calls_ == kMostEmptyCalls) block.source = LossSource::kDevice;
  if (handler_.call(handler_.context, block, {planes_.data(), asked_.channels})) return;
  is_running_.store(false, std::memory_order_relaxed);
  state_.store(DeviceState::kFinished);
}

}  // namespace holdfast::audio
