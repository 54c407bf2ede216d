// SPDX-License-Identifier: MIT
// The contract every sound system fulfils: turn the system into blocks with a position, an epoch, a
// due time and a woken time, and know nothing else. What follows from a block is decided elsewhere.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "base/memory_range.h"
#include "base/quantity.h"
#include "base/result.h"
#include "rt/block.h"

namespace holdfast::audio {

/// What to ask of a device.
struct StreamFormat {
  int64_t rate_hz = 48000;
  int64_t block_frames = 64;
  uint32_t channels = 2;
};

inline constexpr int64_t kMinRateHz = 8000;
inline constexpr int64_t kMaxRateHz = 384000;
inline constexpr int64_t kMinBlockFrames = 1;
inline constexpr int64_t kMaxBlockFrames = 8192;
inline constexpr uint32_t kMaxChannels = 64;

/// What a device can promise; printed at start and kept in the trace.
struct Capabilities {
  std::string device;  ///< Full specification, defaults filled in.
  PositionSource position_source = PositionSource::kDeviceCounter;
  bool counts_client_lateness_exactly = false;
  bool counts_server_lateness_exactly = false;
  Nanos late_tolerance;      ///< How late the client may be before frames are lost.
  bool is_real_time = true;  ///< False when time is simulated: blocks come as fast as they can.
};

enum class DeviceState { kReady, kRunning, kFinished, kGone };

/// One stream of one sound system. Called by one thread, except where said otherwise.
class Device {
 public:
  virtual ~Device() = default;

  /// Allocates all that the stream needs. Afterwards its audio thread exists, parked, wherever
  /// the thread is ours to make. Errors: kUsage for a format the device cannot have, kUnavailable.
  virtual Result<Capabilities> open(const StreamFormat& format, BlockHandler handler) = 0;

  /// The audio thread, or 0 while the sound system has not made it yet. Any thread.
  [[nodiscard]] virtual pid_t thread_id() const = 0;

  /// Memory that the audio thread touches on behalf of this device; valid from open() on.
  [[nodiscard]] virtual std::span<const MemoryRange> working_set() const = 0;

  /// The audio thread's whole stack, and its thread-local storage in it, where the thread is ours
  /// to make; else empty. Valid from open() on.
  [[nodiscard]] virtual MemoryRange stack() const { return {}; }
  [[nodiscard]] virtual MemoryRange thread_local_storage() const { return {}; }

  /// Blocks begin. With simulated time, returns when the stream has ended.
  virtual Result<> start() = 0;

  /// No handler call is under way or follows once this has returned.
  virtual void stop() = 0;

  /// Any thread.
  [[nodiscard]] virtual DeviceState state() const = 0;
};

}  // namespace holdfast::audio
