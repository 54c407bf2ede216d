// SPDX-License-Identifier: MIT
#include "core/memory_room.h"

#include <algorithm>

#include "core/byte_size.h"

namespace holdfast {
int64_t machine_floor(int64_t total_bytes) {
  return std::max(256 * kMebibyte, total_bytes / 20);
}

int64_t cgroup_floor(int64_t limit_bytes) {
  return std::max(4 * kMebibyte, limit_bytes / 8);
}

MemoryRoom room_in_cgroup(int64_t limit_bytes, int64_t usage_bytes, const CgroupMemory& memory,
                          int64_t swap_free_bytes) {
  const int64_t swappable = std::min(memory.anon_bytes, swap_free_bytes);
  return {limit_bytes - usage_bytes + memory.file_bytes + swappable, swap_free_bytes - swappable};
}

int64_t left_in_cgroup(int64_t limit_bytes, int64_t usage_bytes, const CgroupMemory& memory) {
  return limit_bytes - usage_bytes + memory.file_bytes;
}

int64_t first_pass_target(const MemoryRoom& room, int64_t floor_bytes) {
  return std::max<int64_t>(0, (room.available_bytes + room.swap_free_bytes - floor_bytes) / 2);
}

bool may_lock(const MemoryRoom& room, int64_t floor_bytes, int64_t size_bytes) {
  return room.available_bytes - size_bytes >= floor_bytes;
}

bool may_allocate(const MemoryRoom& room, int64_t floor_bytes, int64_t size_bytes) {
  return room.available_bytes >= floor_bytes / 2 &&
         room.available_bytes + room.swap_free_bytes - size_bytes >= floor_bytes;
}

}  // namespace holdfast
