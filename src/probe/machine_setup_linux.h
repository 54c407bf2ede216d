// SPDX-License-Identifier: MIT
// Reads how this machine wakes and who else decides over it.
#pragma once

#include <string>
#include <vector>

#include "core/machine_check.h"

namespace holdfast::probe {

/// Everything but what has to be tried (dma_latency, write), and steal. ROOT/proc and
/// ROOT/sys; any user.
MachineSetup read_machine_setup(const std::string& root = "");

/// The scaling_governor of each processor, where there is one.
std::vector<std::string> governor_files(const std::string& root = "");

}  // namespace holdfast::probe
