// SPDX-License-Identifier: MIT
// How verdicts reach the user: as lines, as JSON, as an exit code. `count` and `explain` say the
// same to the byte because both say it here.
#pragma once

#include "cmd/output.h"
#include "core/glitch.h"
#include "core/session_info.h"

namespace holdfast::cmd {

/// One line: text, or one object of JSON.
void print_glitch(const Glitch& glitch, const SessionInfo& info, Output& output);
void print_summary(const Summary& summary, const SessionInfo& info, Output& output);

/// kNotTrustworthy before kGlitches before kHolds. A device that went away cut the stream short.
int exit_code_of(const Summary& summary);

}  // namespace holdfast::cmd
