// SPDX-License-Identifier: MIT
// A JACK server as a device. Position is the server's frame counter, which runs on when we are late
// and stands still when the server is; the audio thread is libjack's.
#pragma once

#include <jack/jack.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "audio/device.h"
#include "audio/jack_client.h"
#include "base/page_buffer.h"
#include "rt/counter32.h"
#include "rt/counter_clock.h"

namespace holdfast::audio {

/// See Device. `source`: a port or a client that gives sound; empty: the hardware's capture ports.
class JackDevice final : public Device {
 public:
  explicit JackDevice(std::string source) : source_(std::move(source)) {}
  ~JackDevice() override;

  Result<Capabilities> open(const StreamFormat& format, BlockHandler handler) override;
  [[nodiscard]] pid_t thread_id() const override { return thread_id_.load(); }
  [[nodiscard]] std::span<const MemoryRange> working_set() const override { return working_set_; }
  [[nodiscard]] MemoryRange stack() const override { return stack_; }
  [[nodiscard]] std::vector<pid_t> programs_before_us() const override;
  Result<> start() override;
  void stop() override;
  bool try_to_return() override;
  [[nodiscard]] bool may_return() const override { return true; }
  [[nodiscard]] DeviceState state() const override { return state_.load(); }

 private:
  static int call_process(jack_nframes_t frames, void* self);
  static void note_shutdown(void* self);
  static void note_freewheel(int is_starting, void* self);
  int process(jack_nframes_t frames);
  void note_thread();
  Result<> connect();
  Result<> register_ports();
  Result<> connect_ports();
  Result<> activate();
  [[nodiscard]] Capabilities capabilities() const;

  std::string source_;
  StreamFormat asked_;
  BlockHandler handler_;
  std::optional<CounterClock> clock_;
  Counter32 counter_;
  uint32_t epoch_ = 0;
  bool is_first_of_epoch_ = true;
  bool is_back_ = false;  ///< The next block is the first after the server was away.
  std::atomic<bool> is_running_{false};
  std::atomic<bool> has_cycled_{false};
  std::atomic<bool> is_freewheeling_{false};
  std::atomic<DeviceState> state_{DeviceState::kReady};
  std::atomic<pid_t> thread_id_{0};
  MemoryRange stack_;
  PageBuffer<jack_port_t*> ports_;
  PageBuffer<const float*> planes_;
  std::vector<std::string> connected_;
  std::vector<std::string> limitations_;
  std::vector<MemoryRange> working_set_;
  JackClient client_;  ///< Last: no callback outlives what it touches.
};

}  // namespace holdfast::audio
