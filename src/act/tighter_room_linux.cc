// SPDX-License-Identifier: MIT
#include "act/tighter_room.h"

#include <algorithm>

#include "act/machine_memory.h"

namespace holdfast::act {

MemoryRoom tighter_room(const std::optional<MemoryCgroup>& cgroup, int64_t floor_bytes) {
  const auto machine = read_machine_memory();
  if (!machine) return {};  // cannot see: nothing may be taken
  if (!cgroup) return machine->room;
  const auto inside = cgroup->room(machine->room.swap_free_bytes);
  if (!inside) return {};
  const int64_t above_machine_floor =
      machine->room.available_bytes - machine_floor(machine->total_bytes);
  const int64_t above_floors = std::min(above_machine_floor, cgroup->left_around_bytes());
  return {std::min(inside->available_bytes, above_floors + floor_bytes), inside->swap_free_bytes};
}

}  // namespace holdfast::act
