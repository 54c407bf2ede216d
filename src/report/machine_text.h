// SPDX-License-Identifier: MIT
// What the machine did during a run, for people and as JSON.
#pragma once

#include <string>

#include "core/machine_use.h"
#include "report/json_writer.h"

namespace holdfast {

/// One line with line break: how busy the processors were, what the host took, how long tasks
/// waited for memory, what went to swap; what is not known is left out. Empty when nothing is
/// known.
std::string machine_text(const MachineUse& machine);

/// The same as an object `machine` of the object that is being written; null for what is not known.
void add_machine(JsonWriter& json, const MachineUse& machine);

}  // namespace holdfast
