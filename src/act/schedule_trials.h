// SPDX-License-Identifier: MIT
// Asks for real-time priority and a better nice value, in processes of their own.
#pragma once

#include <string>

#include "core/schedule_check.h"

namespace holdfast::act {

/// `wanted_priority`: what the audio thread is to have. Where it is refused, what the limit allows
/// is tried as well. The conditions of try_in_child() hold. `root`: of the files that are read.
ScheduleTrials try_schedule(int wanted_priority, const std::string& root = "/proc");

}  // namespace holdfast::act
