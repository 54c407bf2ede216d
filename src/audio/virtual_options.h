// SPDX-License-Identifier: MIT
// What the virtual device can be told, and how that is written: `virtual:policy=skip,lose=1@2s`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"

namespace holdfast::audio {

/// What a late client loses.
enum class VirtualPolicy {
  kCatchup,  ///< As ALSA: backlog is delivered back to back; what the ring overwrote is lost.
  kSkip,     ///< As JACK, PipeWire, CoreAudio: jump to the newest whole block.
};

/// Something the device does wrong on purpose, at a stream time.
enum class FaultKind {
  kLose,     ///< `frames` frames vanish.
  kStall,    ///< The client sleeps for `duration` too long.
  kRestart,  ///< The counter starts anew, in a new epoch; one block is lost.
  kTwin,     ///< A block carries the label of the next one, which comes right after it.
  kSilent,   ///< A block comes empty first, then again with its data, under the same label.
  kTorn,     ///< The block is overwritten while it is copied.
  kGone,     ///< The device disappears.
};

struct ScriptedFault {
  FaultKind kind = FaultKind::kLose;
  Nanos at;        ///< Stream time: since the first frame, by the device's counter.
  Frames frames;   ///< kLose.
  Nanos duration;  ///< kStall.

  friend bool operator==(const ScriptedFault&, const ScriptedFault&) = default;
};

enum class VirtualContent { kPosition, kTone, kSilence, kFile };

struct VirtualOptions {
  VirtualPolicy policy = VirtualPolicy::kSkip;
  int64_t ring_blocks = 4;     ///< kCatchup: how many blocks the device keeps.
  bool is_clock_fake = false;  ///< Simulated time: hours run in seconds.
  VirtualContent content = VirtualContent::kPosition;
  std::string file;                   ///< kFile: a WAV file, played in a loop.
  double drift_ppm = 0;               ///< The device's clock runs this much fast.
  Nanos jitter;                       ///< Due times are off by up to this much, either way.
  bool is_counter_32_bit = false;     ///< The counter wraps at 2^32 frames, as JACK's does.
  Frames start;                       ///< Position of the first frame.
  std::vector<ScriptedFault> faults;  ///< In order of time.

  friend bool operator==(const VirtualOptions&, const VirtualOptions&) = default;
};

/// Parses what follows "virtual" in a device specification: "" or ":key=value,...".
/// Errors: kUsage, naming the word that was not understood and what is possible.
Result<VirtualOptions> parse_virtual_options(std::string_view text);

/// The inverse, with every default filled in: "virtual:policy=skip,...".
std::string to_text(const VirtualOptions& options);

}  // namespace holdfast::audio
