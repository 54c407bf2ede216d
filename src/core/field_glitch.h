// SPDX-License-Identifier: MIT
// One verdict in the words of a field report, which has fewer: what a user may know of his own
// machine is more than what he tells others.
#pragma once

#include "core/field_report.h"
#include "core/glitch.h"

namespace holdfast {

/// Major faults that needed I/O, minor ones that did not; run queue, late wakes, stops and pauses
/// are scheduling; callbacks and blocks are the program's; servers belong to the device.
FieldCause field_cause_of(const Glitch& glitch);

/// Everything but time and history. `rate_hz` above 0.
FieldGlitch field_glitch_of(const Glitch& glitch, int64_t rate_hz);

}  // namespace holdfast
