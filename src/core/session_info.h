// SPDX-License-Identifier: MIT
// What is known of a run before its first block: how it was made, on what, and with which
// privileges. Kept as text at the front of every trace, so that anybody can read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "core/observation.h"
#include "rt/block.h"

namespace holdfast {

/// A program of the sound system's graph whose audio thread is looked at besides ours.
struct FollowedProgram {
  std::string name;  ///< "jackd (1234)": with its process id.
  bool is_server = false;
  Observation observation = Observation::kNone;
  int64_t thread = 0;  ///< Kernel id of its audio thread.

  friend bool operator==(const FollowedProgram&, const FollowedProgram&) = default;
};

inline constexpr size_t kMostFollowed = 16;

/// The facts of a run. Strings hold no line breaks.
struct SessionInfo {
  std::string program;       ///< "holdfast 0.1.0".
  std::string device;        ///< As given with --device, with defaults filled in.
  std::string sound_system;  ///< Name and version of what serves the device; empty: we ourselves.
  PositionSource position_source = PositionSource::kDeviceCounter;
  std::string exact_losses;  ///< Whose lateness is counted to the frame: "client", "client server".
  int64_t rate_hz = 0;
  int64_t block_frames = 0;
  int64_t channels = 0;
  std::string machine;               ///< Kernel, processors, memory: one line.
  std::string scheduling;            ///< Policy and priority as read back, e.g. "SCHED_FIFO 70".
  int64_t locked_bytes = 0;          ///< What this program locked for its audio thread.
  int64_t system_locked_bytes = -1;  ///< What the sound system locked in our process; -1 not known.
  int64_t lock_limit_bytes = -1;     ///< RLIMIT_MEMLOCK; INT64_MAX: none, -1: not known.
  int64_t swap_bytes = -1;           ///< All swap of the machine; -1 not known.
  int64_t late_tolerance_ns = -1;    ///< How late the client may be before frames are lost.
  int64_t utc_minus_mono_ns = 0;     ///< At the start of the run.
  Observation observation = Observation::kNone;  ///< How closely the audio thread is looked at.
  int64_t observed_thread = 0;                   ///< Its kernel id.
  std::vector<FollowedProgram> followed;  ///< The server first, then those nearest before us.
  int64_t times_callbacks = 0;           ///< 1: long callbacks are recorded, all others were short.
  std::vector<std::string> limitations;  ///< What was not granted, and how to get it.

  friend bool operator==(const SessionInfo&, const SessionInfo&) = default;
};

/// One "key value" line per fact; `limitation` and `followed` repeat. Line breaks in values become
/// spaces.
std::string to_text(const SessionInfo& info);

/// The inverse. Unknown keys are skipped (a newer version wrote them); missing ones keep defaults.
/// Errors: kBadData when a number is no number or the rate or block size is out of range.
Result<SessionInfo> parse_session_info(std::string_view text);

/// "device_counter", "server_counter" or "clock_estimate".
std::string_view name_of(PositionSource source);

}  // namespace holdfast
