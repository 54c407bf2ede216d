// SPDX-License-Identifier: MIT
// Where the stack of a thread lies that a sound system made.
#pragma once

#include "base/memory_range.h"

namespace holdfast::audio {

/// The whole stack of the calling thread; empty where that is not known. Not RT safe: it allocates.
MemoryRange own_stack();

}  // namespace holdfast::audio
