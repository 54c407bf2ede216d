// SPDX-License-Identifier: MIT
#include "core/memory_room.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr int64_t kMiB = 1024 * 1024;

TEST(MemoryRoom, MachineKeepsAFloorOfFivePercentAndAtLeast256MiB) {
  EXPECT_EQ(machine_floor(1024 * kMiB), 256 * kMiB);
  EXPECT_EQ(machine_floor(20480 * kMiB), 1024 * kMiB);
}

TEST(MemoryRoom, CgroupKeepsAnEighthAndAtLeast4MiB) {
  EXPECT_EQ(cgroup_floor(16 * kMiB), 4 * kMiB);
  EXPECT_EQ(cgroup_floor(64 * kMiB), 8 * kMiB);
}

TEST(MemoryRoom, CgroupRoomCountsWhatCanBeDroppedOrSwapped) {
  const CgroupMemory memory{.anon_bytes = 10, .file_bytes = 20, .unevictable_bytes = 30};
  EXPECT_EQ(room_in_cgroup(100, 60, memory, 4), (MemoryRoom{64, 0}));
  EXPECT_EQ(room_in_cgroup(100, 60, memory, 50), (MemoryRoom{70, 40}));
  EXPECT_EQ(room_in_cgroup(100, 60, memory, 0), (MemoryRoom{60, 0}));
}

TEST(MemoryRoom, LeftInACgroupCountsWhatCanBeDroppedOnly) {
  const CgroupMemory memory{.anon_bytes = 10, .file_bytes = 20, .unevictable_bytes = 30};
  EXPECT_EQ(left_in_cgroup(100, 60, memory), 60);
}

TEST(MemoryRoom, FirstPassLeavesAsMuchForTheSecond) {
  EXPECT_EQ(first_pass_target({100, 0}, 20), 40);
  EXPECT_EQ(first_pass_target({100, 60}, 20), 70);
  EXPECT_EQ(first_pass_target({10, 0}, 20), 0);
}

TEST(MemoryRoom, LockingStopsAtTheFloorWhateverSwapThereIs) {
  EXPECT_TRUE(may_lock({30, 0}, 20, 10));
  EXPECT_FALSE(may_lock({29, 1000}, 20, 10));
}

TEST(MemoryRoom, AllocatingMayCountOnSwapWhileHalfTheFloorIsAvailable) {
  EXPECT_TRUE(may_allocate({10, 1000}, 20, 50));
  EXPECT_FALSE(may_allocate({9, 1000}, 20, 50));
  EXPECT_FALSE(may_allocate({40, 0}, 20, 21));
}

}  // namespace
}  // namespace holdfast
