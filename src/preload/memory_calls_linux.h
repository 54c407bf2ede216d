// SPDX-License-Identifier: MIT
// The system calls behind an order, done in the process that they are about. Nothing here allocates
// or takes a lock of the program's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rt/program_channel.h"

namespace holdfast::preload {

/// Does it, and says what became of it and how long it took. Any thread.
MemoryAnswer carry_out(const MemoryOrder& order);

/// Reads one byte of each page through the kernel: a range that was unmapped meanwhile is an error
/// and no signal. 0, or an errno. Any thread.
int touch_pages(uint64_t begin, uint64_t size_bytes);

/// CLOCK_MONOTONIC.
int64_t now_nanos();

}  // namespace holdfast::preload
