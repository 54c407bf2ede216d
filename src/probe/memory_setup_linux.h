// SPDX-License-Identifier: MIT
// Reads how this machine handles memory.
#pragma once

#include <string>

#include "core/memory_check.h"

namespace holdfast::probe {

/// ROOT/proc, ROOT/sys and the memory cgroup of this process. Any user.
MemorySetup read_memory_setup(const std::string& root = "");

}  // namespace holdfast::probe
