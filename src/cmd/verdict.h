// SPDX-License-Identifier: MIT
// The exit code that a run's summary means; `count` and `explain` must agree on it.
#pragma once

#include "core/glitch.h"

namespace holdfast::cmd {

/// kNotTrustworthy before kGlitches before kHolds. A device that went away cut the stream short.
int exit_code_of(const Summary& summary);

}  // namespace holdfast::cmd
