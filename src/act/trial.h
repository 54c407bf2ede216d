// SPDX-License-Identifier: MIT
// Trying something in a process of its own, so that whatever it does to a process (locks, a
// priority, a crash) ends with that process. Nothing is left behind, also when it is killed.
#pragma once

#include <functional>

#include "core/finding.h"

namespace holdfast::act {

/// Runs `attempt` in a copy of this process and tells what came of it. `attempt` returns 0 or an
/// errno; it must not allocate once it has made allocation impossible. A process that takes longer
/// than 5 s is killed (signal 9). Its output goes nowhere. Call it from the main thread, while no
/// other thread of this process runs: the copy has only the one that calls.
Trial try_in_child(const std::function<int()>& attempt);

}  // namespace holdfast::act
