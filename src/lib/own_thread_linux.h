// SPDX-License-Identifier: MIT
// The memory that is the calling thread's own. Only the thread itself can tell where it lies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/memory_range.h"
#include "core/regions.h"

namespace holdfast::lib {

/// The whole stack without its guard; nothing where that is not known.
std::optional<MemoryRange> own_stack();

/// Of the stack, what the thread needs.
struct StackUse {
  MemoryRange in_use;      ///< Around `here`: the frames that called, and a little below.
  MemoryRange headroom;    ///< Below that; exists in memory now.
  size_t below_bytes = 0;  ///< How far below `here` it exists: less than wanted near the guard.
};

/// Makes the stack exist down to `wanted_bytes` below `here`, an address in the caller's frame.
StackUse prepare_stack(const MemoryRange& stack, uintptr_t here, size_t wanted_bytes);

/// The pages around the thread's control block, which hold its static thread-local storage, as far
/// as they are mapped.
MemoryRange own_thread_local_storage(const std::vector<Region>& regions);

}  // namespace holdfast::lib
