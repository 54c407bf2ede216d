// SPDX-License-Identifier: MIT
// Page faults as they happen, for people and for programs, and how closely they are seen.
#pragma once

#include <string>

#include "core/observation.h"
#include "core/seen_faults.h"

namespace holdfast {

/// "16:26:25.258015 UTC major fault, 3.61 ms, 1.39 ms of it asleep: libm.so.6 library text,
/// sincosf+0x40 (7f0012345000); touched by f+0x12". `when` is its time in the form that suits the
/// program. No line break.
std::string fault_text(const SeenFault& fault, const std::string& when);

/// One object of schema "holdfast.fault/1"; `utc` is fault.time in UTC. Null: not known.
std::string fault_json(const SeenFault& fault, Nanos utc);

/// "observing: page faults with address and duration, ...". No line break.
std::string observation_text(Observation level);

/// The same as event "observation" of schema "holdfast.residency/1".
std::string observation_json(Nanos utc, Observation level);

}  // namespace holdfast
