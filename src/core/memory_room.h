// SPDX-License-Identifier: MIT
// How much more memory may be taken without hurting anybody: the decision behind memory pressure.
// Two passes ask: locking takes pages for good, allocating takes pages that can go to swap.
#pragma once

#include <cstdint>

#include "core/cgroup_memory.h"

namespace holdfast {

/// What is left, of the machine or of one cgroup.
struct MemoryRoom {
  int64_t available_bytes = 0;  ///< Can be had without swapping: free plus droppable.
  int64_t swap_free_bytes = 0;  ///< What swap could still take.

  friend bool operator==(const MemoryRoom&, const MemoryRoom&) = default;
};

/// What must stay available on a machine of `total_bytes`: 5 %, and at least 256 MiB.
int64_t machine_floor(int64_t total_bytes);

/// What must stay available in a cgroup with `limit_bytes`: 1/8, and at least 4 MiB. Only those
/// inside can be hurt, but pages that are being read in cannot be reclaimed: with 1/32 of 128 MiB
/// and 8 MiB of read-ahead, the out-of-memory killer came every second (measured, kernel 6.18).
int64_t cgroup_floor(int64_t limit_bytes);

/// The room inside a cgroup: what its limit leaves, what can be dropped, and, since pressing those
/// inside is the purpose, also what of theirs swap could take.
MemoryRoom room_in_cgroup(int64_t limit_bytes, int64_t usage_bytes, const CgroupMemory& memory,
                          int64_t swap_free_bytes);

/// What a cgroup's limit leaves without swapping: free, and pages of files, which can be dropped.
int64_t left_in_cgroup(int64_t limit_bytes, int64_t usage_bytes, const CgroupMemory& memory);

/// How much to lock at most, so that as much again can be allocated afterwards: half of all that
/// can be had above the floor.
int64_t first_pass_target(const MemoryRoom& room, int64_t floor_bytes);

/// May `size_bytes` more be locked, and still leave the floor available?
bool may_lock(const MemoryRoom& room, int64_t floor_bytes, int64_t size_bytes);

/// May `size_bytes` more be allocated? Swap counts, but half of the floor must be available: below
/// that the kernel is behind with swapping, and more demand would only bring its out-of-memory
/// killer.
bool may_allocate(const MemoryRoom& room, int64_t floor_bytes, int64_t size_bytes);

}  // namespace holdfast
