// SPDX-License-Identifier: MIT
// A take for people and as JSON: the line that changes while it runs, and what it came to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.h"

namespace holdfast {

/// What the line on a terminal shows.
struct TakeProgress {
  std::string name;  ///< Of the file, without folders.
  Frames elapsed;
  int64_t rate_hz = 48000;
  float peak = 0;  ///< Of the last moment, 1 is full scale.
  int64_t glitches = 0;
  Frames filled;
  Frames own;                           ///< Of these, for what the recorder had no room for.
  std::optional<Nanos> room;            ///< How long the disk still takes.
  std::optional<int64_t> memory_bytes;  ///< Available memory of the machine.
  std::optional<double> stalled_share;  ///< Of the run, 0 to 1.
  bool is_locked = false;               ///< All that the audio thread touches.
};

/// At most 79 columns: "rec take.wav 00:12:41 |######  | -12 dB  glitches 3 (8.00 ms) ...".
std::string progress_line(const TakeProgress& progress);
/// The same in words, without level, for who asks: "take.wav 00:12:41, 3 glitches, 8.00 ms ...".
std::string status_text(const TakeProgress& progress);

/// What a take came to.
struct TakeResult {
  std::vector<std::string> files;
  Frames length;
  Frames filled;  ///< Of these, inserted for missing ones.
  Frames own;     ///< Of these, for what the recorder had no room for.
  int64_t markers = 0;
  int64_t left_out_markers = 0;
  std::vector<std::string> label_files;
  int64_t rate_hz = 48000;
  uint32_t channels = 0;
  std::string encoding;
  int64_t buffer_bytes = 0;           ///< Most memory that samples on their way took ...
  int64_t unlocked_buffer_bytes = 0;  ///< ... and how much of what was added could not be locked.
  bool is_complete = true;            ///< False when the disk ended it.

  [[nodiscard]] bool is_whole() const { return is_complete && own == Frames(0); }
};

/// Several lines.
std::string take_text(const TakeResult& take);
/// One object of schema "holdfast.take/1".
std::string take_json(const TakeResult& take);

/// "room for 3 h 12 min", "room for 40 s".
std::string room_text(Nanos room);

}  // namespace holdfast
