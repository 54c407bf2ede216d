// SPDX-License-Identifier: MIT
// The part of a diagnosis that is about this machine as it is now: what `doctor` and `devices` say,
// the state of its memory, limits, sound servers, real-time threads, the kernel's log, versions.
#pragma once

#include "cmd/diagnosis_draft.h"

namespace holdfast::cmd {

/// Adds some files to the draft, and says what could not be read. Takes a second, and up to 3 s
/// more for each sound server that does not answer. Ends early when a stop is asked for.
void diagnose_machine(DiagnosisDraft& draft);

}  // namespace holdfast::cmd
