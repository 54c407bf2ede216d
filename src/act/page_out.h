// SPDX-License-Identifier: MIT
// Pushing own pages out of memory, as memory pressure would: needs no privilege and harms nobody.
#pragma once

#include <cstddef>
#include <span>

#include "base/memory_range.h"

namespace holdfast::act {

/// Asks the kernel to take the pages of each range away now (MADV_PAGEOUT, Linux 5.4). File pages
/// are dropped when no other process maps them and this user owns the file; data go to swap, where
/// there is some; locked pages stay. Returns the bytes that were asked about and not refused: what
/// really left, only residency can tell. Any thread; not RT safe.
size_t page_out(std::span<const MemoryRange> ranges);

}  // namespace holdfast::act
