// SPDX-License-Identifier: MIT
// Looks for sound cards and for running sound servers, and at what these have locked.
#pragma once

#include <string>

#include "core/audio_check.h"

namespace holdfast::probe {

/// Everything but `usable_devices` and `card`. Any user; whether a server's stack is locked is told
/// about one's own, or root. Reads smaps of a server that has locked something, once, which may
/// hold up its mmap() for some milliseconds, and nothing of its real-time thread.
AudioSetup read_sound_setup(const std::string& root = "/proc");

}  // namespace holdfast::probe
