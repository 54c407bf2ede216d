// SPDX-License-Identifier: MIT
// A device that was opened for a run of ours: what it granted, what it brought into this process,
// and what can be done for its audio thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "act/own_ranges.h"
#include "audio/device.h"
#include "cmd/protect.h"
#include "cmd/stream_options.h"
#include "core/session_info.h"
#include "session/live_run.h"

namespace holdfast::cmd {

/// One device, open, and its run, not yet begun.
struct OpenedDevice {
  std::unique_ptr<audio::Device> device;
  std::unique_ptr<session::LiveRun> run;
  audio::Capabilities capabilities;
  act::LoadedObjects loaded_before;
  int64_t system_locked_bytes = 0;      ///< By the sound system, in this process.
  std::vector<MemoryRange> tap_memory;  ///< What a tap of ours touches; it is locked with the rest.
  pid_t server = 0;  ///< The process that serves the device; 0 where there is none.

  /// What the audio thread touches, as far as known: the device's memory, our code, the libraries
  /// that came with the device, and the heap, where these keep their state.
  [[nodiscard]] std::vector<MemoryRange> touched_memory() const;
};

/// Opens what --device names, or the default. `limit`: frames to run for. Errors: as make_device()
/// and Device::open().
Result<OpenedDevice> open_device(const StreamOptions& options, Frames limit);

/// The same for a run of another kind; its format is that of `options`.
Result<OpenedDevice> open_device(const StreamOptions& options,
                                 session::LiveRun::Options run_options);

/// What of the audio thread's memory gets locked.
enum class Locking { kAll, kLeft };

/// Locks, and sees to the priority where that is ours.
Protection protect(const OpenedDevice& opened, Locking locking);

/// Everything of the device, and what its audio thread was given.
void describe_device(const OpenedDevice& opened, const Protection& protection, SessionInfo& info);

}  // namespace holdfast::cmd
