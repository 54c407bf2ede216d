// SPDX-License-Identifier: MIT
// A PipeWire server as a device: a filter node of ours whose callback runs on the library's data
// thread. Position is that of the graph's driver, which runs on when we are late.
#pragma once

#include <pipewire/filter.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/device.h"
#include "audio/pipewire_clock.h"
#include "audio/pipewire_connection.h"
#include "audio/pipewire_graph.h"
#include "audio/pipewire_link.h"
#include "audio/pipewire_port.h"
#include "base/page_buffer.h"

namespace holdfast::audio {

/// See Device. `source`: name or serial of a node that gives sound; empty: the default source.
class PipewireDevice final : public Device {
 public:
  explicit PipewireDevice(std::string source) : source_(std::move(source)) {}
  ~PipewireDevice() override;

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
  static void note_buffer(void* self, void* port, pw_buffer* buffer);
  static void note_no_buffer(void* self, void* port, pw_buffer* buffer);
  static void call_process(void* self, spa_io_position* position);
  void process(const spa_io_clock& clock, Block& block);
  bool read_ports(uint32_t frames);
  void look_on(const spa_io_clock& clock);
  void note_removal(uint32_t id);
  Result<> connect();
  Result<> make_filter();
  Result<> add_ports();
  Result<> make_links();
  Result<> wait_for_cycles();
  void disconnect();
  [[nodiscard]] StreamFormat granted() const;
  [[nodiscard]] Capabilities capabilities() const;

  std::string source_;
  StreamFormat asked_;
  BlockHandler handler_;
  std::optional<PipewireClock> clock_;
  int empty_calls_ = 0;  ///< In a row; counts no further than it matters.
  std::atomic<bool> is_running_{false};
  std::atomic<bool> is_in_call_{false};
  std::atomic<DeviceState> state_{DeviceState::kReady};
  std::atomic<pid_t> thread_id_{0};
  std::atomic<int64_t> cycles_{0};  ///< So many before start().
  std::atomic<int64_t> frames_{0};  ///< Of the last of them.
  std::atomic<int64_t> rate_hz_{0};
  std::atomic<uint32_t> recorded_node_{0};  ///< Without it, there is nothing to record from.
  MemoryRange stack_;
  PageBuffer<PipewirePortBuffers> ports_;
  PageBuffer<const float*> planes_;
  PageBuffer<float> silence_;
  std::string recorded_;  ///< The name of the source that is being recorded from; may be empty.
  std::vector<std::string> limitations_;
  std::vector<MemoryRange> working_set_;
  // Last, and in this order: no callback outlives what it touches.
  std::unique_ptr<PipewireConnection> connection_;
  std::unique_ptr<PipewireGraph> graph_;
  spa_hook hook_ = {};
  pw_filter* filter_ = nullptr;
  std::vector<std::unique_ptr<PipewireLink>> links_;
};

}  // namespace holdfast::audio
