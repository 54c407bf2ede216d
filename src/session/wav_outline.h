// SPDX-License-Identifier: MIT
// What the WAV file of a take looks like: its rate, its length, its waveform.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "core/waveform.h"

namespace holdfast::session {

/// What a sound file says of itself.
struct WavShape {
  int64_t rate_hz = 0;
  int64_t channels = 0;
  Frames length;
};

/// Errors: kUnavailable when it cannot be opened or is no sound file.
Result<WavShape> read_wav_shape(const std::string& path);

/// Reads all of the file, in pieces. Ends early, with what there is, when `should_stop` says so.
/// Errors: as read_wav_shape().
Result<Waveform> read_waveform(const std::string& path, const std::function<bool()>& should_stop);

}  // namespace holdfast::session
