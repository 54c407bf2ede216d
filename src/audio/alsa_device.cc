// SPDX-License-Identifier: MIT
#include "audio/alsa_device.h"

#include <algorithm>
#include <cerrno>

#include "audio/alsa_names.h"
#include "audio/wait_linux.h"

namespace holdfast::audio {
namespace {

/// Whoever stops the device waits no longer than this.
constexpr Nanos kLongestWait = kMillisecond * 100;
/// A device that has had nothing for so long is gone, whatever it says.
constexpr Nanos kPatience = kSecond * 2;
constexpr Nanos kSuspendedPause = kMillisecond * 10;
constexpr int kMostRestarts = 50;
/// One that has come round each time we look has no clock, and our priority is high.
constexpr int kMostTorn = 200;
constexpr size_t kMostSampleBytes = 4;

}  // namespace

AlsaDevice::~AlsaDevice() {
  stop();
}

Result<Capabilities> AlsaDevice::open(const StreamFormat& format, BlockHandler handler) {
  HF_TRY(check(format));
  asked_ = format;
  handler_ = handler;
  HF_TRY_ASSIGN(pcm_, open_alsa_pcm(options_, format));
  clock_.emplace(pcm_.format.rate_hz);
  const auto samples = static_cast<size_t>(pcm_.format.block_frames) * pcm_.format.channels;
  raw_ = PageBuffer<unsigned char>(samples * kMostSampleBytes);
  samples_ = PageBuffer<float>(samples);
  planes_ = PageBuffer<const float*>(pcm_.format.channels);
  for (uint32_t i = 0; i < pcm_.format.channels; i++) {
    planes_.data()[i] = samples_.data() + static_cast<int64_t>(i) * pcm_.format.block_frames;
  }
  HF_TRY(make_thread());
  return capabilities();
}

/// With the descriptors it is to wait for; again after the device has been away.
Result<> AlsaDevice::make_thread() {
  const int count = snd_pcm_poll_descriptors_count(pcm_.handle.get());
  descriptors_ = PageBuffer<pollfd>(static_cast<size_t>(std::max(count, 0)));
  snd_pcm_poll_descriptors(pcm_.handle.get(), descriptors_.data(),
                           static_cast<unsigned>(descriptors_.span().size()));
  thread_.emplace();
  HF_TRY(thread_->create(&AlsaDevice::run_on_thread, this));
  thread_id_ = thread_->id();
  working_set_ = {range_of(*this, "ALSA device"), descriptors_.range("descriptors"),
                  raw_.range("samples as read"),  samples_.range("samples"),
                  planes_.range("channels"),      thread_->stack()};
  return Done{};
}

MemoryRange AlsaDevice::stack() const {
  return thread_ ? thread_->stack() : MemoryRange{};
}

MemoryRange AlsaDevice::thread_local_storage() const {
  return thread_ ? thread_->thread_local_storage() : MemoryRange{};
}

Capabilities AlsaDevice::capabilities() const {
  AlsaOptions granted = options_;
  granted.pcm = pcm_.name;
  granted.access = pcm_.access;
  granted.ring_blocks = pcm_.ring.size.count / pcm_.format.block_frames;
  Capabilities result;
  result.device = to_text(granted);
  result.sound_system = alsa_version_text() + ", " + pcm_.chain;
  result.granted = pcm_.format;
  // Behind a plugin there may be another ring, another thread, another process: its counter is
  // trusted as a server's, and the clock watched beside it.
  result.position_source =
      pcm_.is_hardware ? PositionSource::kDeviceCounter : PositionSource::kServerCounter;
  result.counts_client_lateness_exactly = pcm_.is_hardware;
  result.counts_server_lateness_exactly = pcm_.is_hardware;  // there is no server
  result.late_tolerance = duration_of(pcm_.ring.room(pcm_.ring.block), pcm_.format.rate_hz);
  result.limitations = pcm_.limitations;
  const std::string difference = difference_text(asked_, pcm_.format);
  if (!difference.empty()) {
    result.limitations.push_back(difference + ": '" + pcm_.name + "' has no nearer one");
  }
  return result;
}

Result<> AlsaDevice::start() {
  const int refused = snd_pcm_start(pcm_.handle.get());
  if (refused < 0) return alsa_refusal(pcm_.name, refused);
  last_progress_ = monotonic_now();
  state_ = DeviceState::kRunning;
  thread_->release();
  return Done{};
}

void AlsaDevice::stop() {
  is_stopping_ = true;
  if (thread_) thread_->join();
  if (pcm_.handle) snd_pcm_drop(pcm_.handle.get());
}

bool AlsaDevice::try_to_return() {
  if (state_.load() != DeviceState::kGone) return false;
  thread_id_ = 0;
  thread_.reset();
  AlsaOptions same = options_;
  same.pcm = pcm_.name;
  pcm_.handle.reset();
  Result<AlsaPcm> opened = open_alsa_pcm(same, pcm_.format);
  if (!opened || opened->format != pcm_.format) return false;
  pcm_ = std::move(*opened);
  position_ = Frames(0);
  epoch_++;
  source_ = LossSource::kDevice;
  restarts_ = torn_in_a_row_ = 0;
  clock_->restart();
  if (make_thread().ok() && start().ok()) return true;
  thread_id_ = 0;
  thread_.reset();
  return false;
}

HF_RT_TEXT void AlsaDevice::run_on_thread(void* self) {
  static_cast<AlsaDevice*>(self)->run();
}

HF_RT_TEXT void AlsaDevice::run() {
  while (!is_stopping_.load(std::memory_order_relaxed)) {
    const Nanos woke = monotonic_now();
    const snd_pcm_sframes_t written = snd_pcm_avail(pcm_.handle.get());
    if (written < 0) {
      if (!recover(static_cast<int>(written))) return;
    } else if (written < pcm_.ring.block.count) {
      if (!wait(woke)) return;
    } else if (!deliver(woke, Frames(written))) {
      return;
    }
  }
  end(DeviceState::kFinished);
}

/// Until the device has something to say. False when the stream has ended.
HF_RT_TEXT bool AlsaDevice::wait(Nanos now) {
  const int error = now - last_progress_ > kPatience ? -ENODEV : poll_once();
  return error == 0 || recover(error);
}

/// 0, or what is the matter, negative.
HF_RT_TEXT int AlsaDevice::poll_once() {
  const auto count = static_cast<unsigned>(descriptors_.span().size());
  if (wait_for_input(descriptors_.data(), count, kLongestWait) <= 0) return trouble();
  unsigned short events = 0;
  const int refused =
      snd_pcm_poll_descriptors_revents(pcm_.handle.get(), descriptors_.data(), count, &events);
  if (refused < 0) return refused;
  if ((events & (POLLERR | POLLNVAL | POLLHUP)) == 0) return 0;
  const int error = trouble();
  if (error == 0) sleep_until(monotonic_now() + kMillisecond);  // it would say so again at once
  return error;
}

HF_RT_TEXT int AlsaDevice::trouble() const {
  switch (snd_pcm_state(pcm_.handle.get())) {
    case SND_PCM_STATE_RUNNING:
      return 0;
    case SND_PCM_STATE_SUSPENDED:
      return -ESTRPIPE;
    case SND_PCM_STATE_DISCONNECTED:
      return -ENODEV;
    default:
      return -EPIPE;  // an overrun after all, or whatever else a restart may mend
  }
}

/// False when the stream has ended.
HF_RT_TEXT bool AlsaDevice::deliver(Nanos woke, Frames written) {
  const Nanos read_at = monotonic_now();
  const Frames device = position_ + written;
  const Frames skipped = pcm_.ring.to_skip(written);
  if (skipped > Frames(0)) {
    const snd_pcm_sframes_t moved =
        snd_pcm_forward(pcm_.handle.get(), static_cast<snd_pcm_uframes_t>(skipped.count));
    if (moved < 0) return recover(static_cast<int>(moved));
    position_ += Frames(moved);
    const bool is_block_left = device - position_ >= pcm_.ring.block;
    if (Frames(moved) < skipped || !is_block_left) return true;  // look again
  }
  Block block;
  block.woke = woke;
  block.position = position_;
  block.frames = pcm_.ring.block;
  block.epoch = epoch_;
  block.source = source_;
  // When the device had come as far as it says, and from there back to the end of this block.
  const Frames beyond = device - position_ - block.frames;
  block.due = clock_->due(device - block.frames, block.frames, read_at) -
              duration_of(beyond, pcm_.format.rate_hz);
  if (const int error = copy_block(); error < 0) return recover(error);
  position_ += block.frames;
  block.is_torn = was_overwritten(read_at, device - position_ + block.frames);
  torn_in_a_row_ = block.is_torn ? torn_in_a_row_ + 1 : 0;
  if (torn_in_a_row_ > kMostTorn) return end(DeviceState::kGone);
  source_ = LossSource::kClient;
  last_progress_ = woke;
  restarts_ = 0;
  if (handler_.call(handler_.context, block, {planes_.data(), pcm_.format.channels})) return true;
  return end(DeviceState::kFinished);
}

HF_RT_TEXT int AlsaDevice::copy_block() {
  return pcm_.access == AlsaAccess::kMmap ? copy_mapped() : read_block();
}

/// Twice at most: the block may go on at the ring's beginning.
HF_RT_TEXT int AlsaDevice::copy_mapped() {
  const int64_t block = pcm_.ring.block.count;
  for (int64_t done = 0; done < block;) {
    const snd_pcm_channel_area_t* areas = nullptr;
    snd_pcm_uframes_t offset = 0;
    auto frames = static_cast<snd_pcm_uframes_t>(block - done);
    const int refused = snd_pcm_mmap_begin(pcm_.handle.get(), &areas, &offset, &frames);
    if (refused < 0) return refused;
    for (uint32_t i = 0; i < pcm_.format.channels; i++) {
      const size_t step_bytes = areas[i].step / 8;
      const auto* first = static_cast<const unsigned char*>(areas[i].addr) + areas[i].first / 8;
      to_plane(samples_.data() + i * block + done, first + offset * step_bytes, step_bytes, frames,
               pcm_.sample);
    }
    const snd_pcm_sframes_t taken = snd_pcm_mmap_commit(pcm_.handle.get(), offset, frames);
    if (taken < 0) return static_cast<int>(taken);
    if (taken == 0) return -EPIPE;  // there was a block; a restart tells what became of it
    done += taken;
  }
  return 0;
}

HF_RT_TEXT int AlsaDevice::read_block() {
  const int64_t block = pcm_.ring.block.count;
  const size_t bytes = sample_bytes(pcm_.sample);
  const size_t frame_bytes = bytes * pcm_.format.channels;
  for (int64_t done = 0; done < block;) {
    const snd_pcm_sframes_t taken =
        snd_pcm_readi(pcm_.handle.get(), raw_.data() + static_cast<size_t>(done) * frame_bytes,
                      static_cast<snd_pcm_uframes_t>(block - done));
    if (taken < 0) return static_cast<int>(taken);
    if (taken == 0) return -EPIPE;
    done += taken;
  }
  for (uint32_t i = 0; i < pcm_.format.channels; i++) {
    to_plane(samples_.data() + i * block, raw_.data() + i * bytes, frame_bytes,
             static_cast<size_t>(block), pcm_.sample);
  }
  return 0;
}

/// `written`: frames beyond the block's begin when it was looked for. The device is asked only when
/// so much time has passed since that it may have come round.
HF_RT_TEXT bool AlsaDevice::was_overwritten(Nanos read_at, Frames written) {
  const Nanos room = duration_of(pcm_.ring.room(written), pcm_.format.rate_hz);
  if ((monotonic_now() - read_at) * 2 < room) return false;
  const snd_pcm_sframes_t now_written = snd_pcm_avail(pcm_.handle.get());
  return now_written < 0 || pcm_.ring.is_torn(Frames(now_written) + pcm_.ring.block);
}

/// After an error: false when the stream has ended.
HF_RT_TEXT bool AlsaDevice::recover(int error) {
  if (error == -EINTR || error == -EAGAIN) return true;
  if (error != -EPIPE && error != -ESTRPIPE) return end(DeviceState::kGone);
  const Nanos block = duration_of(pcm_.ring.block, pcm_.format.rate_hz);
  while (!is_stopping_.load(std::memory_order_relaxed)) {
    // One that stops again at once is not tried as fast as it fails: our priority is high.
    if (restarts_++ > 0) sleep_until(monotonic_now() + block);
    const int refused = restart();
    if (refused == 0) return true;
    const bool is_away = refused == -EAGAIN || refused == -ESTRPIPE;
    if (!is_away && (refused != -EPIPE || restarts_ > kMostRestarts)) {
      return end(DeviceState::kGone);
    }
    if (is_away) sleep_until(monotonic_now() + kSuspendedPause);
  }
  return true;
}

/// The counter begins anew. What was lost is for the clock to tell.
HF_RT_TEXT int AlsaDevice::restart() {
  snd_pcm_t* const handle = pcm_.handle.get();
  if (snd_pcm_state(handle) == SND_PCM_STATE_SUSPENDED) {
    const int refused = snd_pcm_resume(handle);  // -ENOSYS: it cannot; prepare is enough
    if (refused == -EAGAIN || refused == -ENODEV) return refused;
  }
  if (const int refused = snd_pcm_prepare(handle); refused < 0) return refused;
  if (const int refused = snd_pcm_start(handle); refused < 0) return refused;
  position_ = Frames(0);
  epoch_++;
  source_ = LossSource::kDevice;
  clock_->restart();
  last_progress_ = monotonic_now();
  return 0;
}

/// For `return end(...)`: the stream has ended.
HF_RT_TEXT bool AlsaDevice::end(DeviceState state) {
  state_.store(state);
  return false;
}

}  // namespace holdfast::audio
