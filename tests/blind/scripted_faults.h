// SPDX-License-Identifier: MIT
// Injections that the virtual device makes itself, at stream times that are chosen before it
// starts.
//   stall: the audio thread's timer is set too late; nobody runs in its place. A real sleep of a
//   real
//          thread; only the late timer is scripted.
//   lose:  the device's counter jumps; the audio thread is on time.
#pragma once

#include <random>
#include <vector>

#include "audio/device.h"
#include "audio/virtual_options.h"
#include "blind/truth.h"

namespace holdfast::blind {

/// Uniform from `low` to `high`.
inline int64_t draw(std::mt19937_64& random, int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

/// `count` faults of one kind at random times.
std::vector<audio::ScriptedFault> make_script(audio::FaultKind kind, size_t count,
                                              const audio::StreamFormat& format,
                                              std::mt19937_64& random);

/// What a script does to a stream whose position 0 was at the device at `origin`.
std::vector<Truth> truths_of(const std::vector<audio::ScriptedFault>& script,
                             const audio::StreamFormat& format, Nanos origin);

}  // namespace holdfast::blind
