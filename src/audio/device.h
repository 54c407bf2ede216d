// SPDX-License-Identifier: MIT
// The contract every sound system fulfils: turn the system into blocks with a position, an epoch, a
// due time and a woken time, and know nothing else. What follows from a block is decided elsewhere.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "audio/stream_format.h"
#include "base/memory_range.h"
#include "base/quantity.h"
#include "base/result.h"
#include "rt/block.h"

namespace holdfast::audio {

/// What a device can promise; printed at start and kept in the trace.
struct Capabilities {
  std::string device;        ///< Full specification, defaults filled in.
  std::string sound_system;  ///< Name and version of what serves it; empty: this program itself.
  StreamFormat granted;      ///< What was granted, which may differ from what was asked for.
  PositionSource position_source = PositionSource::kDeviceCounter;
  bool counts_client_lateness_exactly = false;
  bool counts_server_lateness_exactly = false;
  Nanos late_tolerance;      ///< How late the client may be before frames are lost.
  bool is_real_time = true;  ///< False when time is simulated: blocks come as fast as they can.
  /// False when the sound system decides how its audio thread is scheduled: then it is read back,
  /// not asked for.
  bool is_priority_ours = true;
  std::vector<std::string> limitations;  ///< What was refused or differs, each with what to do.
};

enum class DeviceState { kReady, kRunning, kFinished, kGone };

/// One stream of one sound system. Called by one thread, except where said otherwise.
class Device {
 public:
  virtual ~Device() = default;

  /// Allocates all that the stream needs. Afterwards its audio thread exists and calls no handler
  /// before start(): parked where the thread is ours to make, else running the system's own loop.
  /// Errors: kUsage for a format no device can have, kUnavailable. A rate or block size that the
  /// system refuses is no error: what it grants stands in the capabilities.
  virtual Result<Capabilities> open(const StreamFormat& format, BlockHandler handler) = 0;

  /// The audio thread, or 0 while the sound system has not made it yet. Any thread.
  [[nodiscard]] virtual pid_t thread_id() const = 0;

  /// Memory that the audio thread touches on behalf of this device; valid from open() on.
  [[nodiscard]] virtual std::span<const MemoryRange> working_set() const = 0;

  /// The audio thread's whole stack, and its thread-local storage in it, where known; else empty.
  /// Valid from open() on.
  [[nodiscard]] virtual MemoryRange stack() const { return {}; }
  [[nodiscard]] virtual MemoryRange thread_local_storage() const { return {}; }

  /// Processes of other programs whose work comes before ours in every cycle, as things stand: they
  /// make us late when they are. Valid from open() on; empty where the system does not tell.
  [[nodiscard]] virtual std::vector<pid_t> programs_before_us() const { return {}; }

  /// Blocks begin. With simulated time, returns when the stream has ended.
  virtual Result<> start() = 0;

  /// No handler call is under way or follows once this has returned.
  virtual void stop() = 0;

  /// After kGone: tries once to open and start the same stream again; its blocks have a new epoch.
  /// False while it stays away. Devices that never return keep this one.
  virtual bool try_to_return() { return false; }
  /// True when trying to return makes sense.
  [[nodiscard]] virtual bool may_return() const { return false; }

  /// Any thread.
  [[nodiscard]] virtual DeviceState state() const = 0;
};

}  // namespace holdfast::audio
