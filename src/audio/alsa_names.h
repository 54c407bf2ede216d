// SPDX-License-Identifier: MIT
// What can be recorded from through ALSA, by name, and a sentence for each way in which opening a
// PCM is refused.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace holdfast::audio {

/// One capture device of a sound card.
struct AlsaCapture {
  std::string name;         ///< "hw:CARD=PCH,DEV=0".
  std::string description;  ///< "HDA Intel PCH, ALC257 Analog".
};

/// All capture devices of all sound cards; opens no stream.
std::vector<AlsaCapture> alsa_captures();

/// What to record from when no name is given: the first capture device. Errors: kUnavailable, with
/// what to do.
Result<std::string> first_alsa_capture();

/// Why the PCM could not be opened or set up: `refused` is what ALSA said, negative. Names who
/// holds a device that is busy, and the nearest name where there is no such PCM. Always
/// kUnavailable.
Error alsa_refusal(const std::string& pcm, int refused);

/// "alsa-lib 1.2.8".
std::string alsa_version_text();

}  // namespace holdfast::audio
