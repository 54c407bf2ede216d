// SPDX-License-Identifier: MIT
// What machine this is, as every trace and every field report says at its front.
#pragma once

#include <cstdint>

#include "core/machine_line.h"

namespace holdfast::probe {

/// System, processors and memory. Any user.
MachineLine this_machine();

/// All swap; -1 when not known.
int64_t swap_bytes();

/// The soft RLIMIT_MEMLOCK of this process; INT64_MAX: none, -1: not known.
int64_t lock_limit_bytes();

}  // namespace holdfast::probe
