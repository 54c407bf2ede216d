// SPDX-License-Identifier: MIT
// The built-in device: a VirtualStream run by an audio thread of our own, or, with a fake clock, by
// the caller of start() as fast as it can.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "audio/audio_thread_linux.h"
#include "audio/device.h"
#include "audio/virtual_options.h"
#include "audio/virtual_stream.h"
#include "base/page_buffer.h"

namespace holdfast::audio {

/// See Device. `loop`: samples to play for content=FILE.wav, one channel, repeated for ever.
class VirtualDevice final : public Device {
 public:
  explicit VirtualDevice(VirtualOptions options, std::vector<float> loop = {});
  ~VirtualDevice() override;

  Result<Capabilities> open(const StreamFormat& format, BlockHandler handler) override;
  [[nodiscard]] pid_t thread_id() const override { return thread_.id(); }
  [[nodiscard]] std::span<const MemoryRange> working_set() const override { return working_set_; }
  /// The stack of the audio thread; empty with simulated time.
  [[nodiscard]] MemoryRange stack() const override { return thread_.stack(); }
  [[nodiscard]] MemoryRange thread_local_storage() const override {
    return thread_.thread_local_storage();
  }
  Result<> start() override;
  void stop() override;
  [[nodiscard]] DeviceState state() const override { return state_.load(); }

 private:
  static void run_on_thread(void* self);
  void prepare_content();
  void run();
  Nanos wait(Nanos wake);
  bool deliver(Nanos now);
  void fill(const Delivery& delivery);

  VirtualOptions options_;
  std::vector<float> loop_source_;
  StreamFormat format_;
  BlockHandler handler_;
  std::atomic<DeviceState> state_{DeviceState::kReady};
  std::atomic<bool> is_stopping_{false};
  Nanos now_;  ///< The fake clock, or the last reading of the real one.
  std::optional<VirtualStream> stream_;
  PageBuffer<ScriptedFault> faults_;
  PageBuffer<float> plane_;  ///< One plane; every channel carries the same.
  PageBuffer<const float*> planes_;
  PageBuffer<float> loop_;
  AudioThread thread_;
  std::vector<MemoryRange> working_set_;
};

}  // namespace holdfast::audio
