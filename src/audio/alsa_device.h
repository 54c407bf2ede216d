// SPDX-License-Identifier: MIT
// An ALSA capture PCM as a device. The driver writes its ring and counts, whether we come or not,
// so what lies beyond our place says exactly what is lost; the audio thread is ours.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "audio/alsa_options.h"
#include "audio/alsa_pcm.h"
#include "audio/audio_thread_linux.h"
#include "audio/device.h"
#include "base/page_buffer.h"
#include "rt/counter_clock.h"

namespace holdfast::audio {

/// See Device.
class AlsaDevice final : public Device {
 public:
  explicit AlsaDevice(AlsaOptions options) : options_(std::move(options)) {}
  ~AlsaDevice() override;

  Result<Capabilities> open(const StreamFormat& format, BlockHandler handler) override;
  [[nodiscard]] pid_t thread_id() const override { return thread_id_.load(); }
  [[nodiscard]] std::span<const MemoryRange> working_set() const override { return working_set_; }
  [[nodiscard]] MemoryRange stack() const override;
  [[nodiscard]] MemoryRange thread_local_storage() const override;
  Result<> start() override;
  void stop() override;
  bool try_to_return() override;
  [[nodiscard]] bool may_return() const override { return true; }
  [[nodiscard]] DeviceState state() const override { return state_.load(); }

 private:
  Result<> make_thread();
  [[nodiscard]] Capabilities capabilities() const;

  // On the audio thread.
  static void run_on_thread(void* self);
  void run();
  bool wait(Nanos now);
  int poll_once();
  [[nodiscard]] int trouble() const;
  bool deliver(Nanos woke, Frames written);
  int copy_block();
  int copy_mapped();
  int read_block();
  [[nodiscard]] bool was_overwritten(Nanos read_at, Frames written);
  bool recover(int error);
  int restart();
  bool end(DeviceState state);

  AlsaOptions options_;
  StreamFormat asked_;
  BlockHandler handler_;
  AlsaPcm pcm_;
  std::optional<CounterClock> clock_;
  Frames position_;  ///< Of the next frame to read, since the stream was started.
  uint32_t epoch_ = 0;
  LossSource source_ = LossSource::kClient;  ///< Of what is lost before the next block.
  Nanos last_progress_;                      ///< When the device had a block for us last.
  int restarts_ = 0;                         ///< Without a block between them.
  int torn_in_a_row_ = 0;
  std::atomic<bool> is_stopping_{false};
  std::atomic<DeviceState> state_{DeviceState::kReady};
  std::atomic<pid_t> thread_id_{0};
  PageBuffer<pollfd> descriptors_;
  PageBuffer<unsigned char> raw_;  ///< For read access: one block as the device has it.
  PageBuffer<float> samples_;      ///< One block, plane after plane.
  PageBuffer<const float*> planes_;
  std::optional<AudioThread> thread_;
  std::vector<MemoryRange> working_set_;
};

}  // namespace holdfast::audio
