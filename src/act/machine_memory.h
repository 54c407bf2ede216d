// SPDX-License-Identifier: MIT
// What the whole machine has and has left, as far as making pressure needs to know.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "core/memory_room.h"

namespace holdfast::act {

/// From /proc/meminfo.
struct MachineMemory {
  int64_t total_bytes = 0;
  MemoryRoom room;  ///< MemAvailable and SwapFree.
};

/// Reads ROOT/meminfo; about 5 us.
Result<MachineMemory> read_machine_memory(const std::string& root = "/proc");

}  // namespace holdfast::act
