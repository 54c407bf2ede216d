// SPDX-License-Identifier: MIT
// A sound file as content for the virtual device.
#pragma once

#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"

namespace holdfast::session {

/// The first channel of a WAV file, as floats in [-1, 1], at most ten minutes of it. Errors:
/// kUnavailable when it cannot be opened, kUsage when its rate is not `rate_hz` (it is not
/// resampled) or when it is empty.
Result<std::vector<float>> read_wav_content(const std::string& path, int64_t rate_hz);

}  // namespace holdfast::session
