// SPDX-License-Identifier: MIT
// The memory that PipeWire's server and clients share: buffers, the clock, and who wakes whom. The
// library locks buffers alone; the audio thread reads the rest in every cycle.
#pragma once

#include <string_view>
#include <vector>

#include "base/memory_range.h"

namespace holdfast::audio {

/// What of `maps`, in the form of /proc/PID/maps, is shared with a PipeWire server.
std::vector<MemoryRange> parse_pipewire_memory(std::string_view maps);

/// The same of this process, now; empty where that cannot be read.
std::vector<MemoryRange> pipewire_shared_memory();

}  // namespace holdfast::audio
