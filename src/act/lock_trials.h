// SPDX-License-Identifier: MIT
// Tries to lock memory in every way that audio programs do, each in a process of its own.
#pragma once

#include <span>

#include "base/memory_range.h"
#include "core/lock_check.h"

namespace holdfast::act {

/// `working_set`: what an audio thread of this program touches; `code`: the program's own. Takes
/// some 10 ms. The conditions of try_in_child() hold.
LockTrials try_locks(std::span<const MemoryRange> working_set, std::span<const MemoryRange> code);

}  // namespace holdfast::act
