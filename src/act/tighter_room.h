// SPDX-License-Identifier: MIT
// What is left to whoever makes pressure: of its fence, and of the machine around it.
#pragma once

#include <cstdint>
#include <optional>

#include "act/memory_cgroup.h"
#include "core/memory_room.h"

namespace holdfast::act {

/// The room of `cgroup`, of the cgroups around it, or of the machine, whichever is tightest; only
/// the machine's without a cgroup. `floor_bytes` is the floor that the caller will compare it with;
/// the floors of all around it are kept in any case. No room at all when it cannot be read. About
/// 25 us.
MemoryRoom tighter_room(const std::optional<MemoryCgroup>& cgroup, int64_t floor_bytes);

}  // namespace holdfast::act
