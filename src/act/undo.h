// SPDX-License-Identifier: MIT
// Performs one step of cleaning up. There is no second way to clean up in this project: the end of
// every run goes through here, so that the path for crashes is the one that is always exercised.
#pragma once

#include "base/result.h"
#include "core/undo_journal.h"

namespace holdfast::act {

/// Takes the thing away; succeeds when it is already gone. Kills what runs inside a cgroup, through
/// pidfds, so that a process that got a recycled pid is never hit. May take seconds.
Result<> perform(const Undo& undo);

}  // namespace holdfast::act
