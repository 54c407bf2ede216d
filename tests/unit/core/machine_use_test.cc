// SPDX-License-Identifier: MIT
#include "core/machine_use.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

MemoryRecord memory_at(Nanos time, int64_t stalled_ns, int64_t swapped_out_bytes) {
  MemoryRecord record;
  record.head.mono_ns = time.count;
  record.stalled_some_ns = stalled_ns;
  record.swapped_out_bytes = swapped_out_bytes;
  return record;
}

ProcessorsRecord processors_at(Nanos time, Nanos busy, Nanos idle, Nanos steal) {
  ProcessorsRecord record;
  record.head.mono_ns = time.count;
  record.busy_ns = busy.count;
  record.idle_ns = idle.count;
  record.iowait_ns = 0;
  record.steal_ns = steal.count;
  return record;
}

TEST(MachineUse, NothingIsKnownBeforeTwoReadings) {
  MachineUse machine;
  EXPECT_FALSE(machine.busy_share() || machine.stalled_share());
  machine.add(memory_at(kSecond, 5, 5));
  machine.add(processors_at(kSecond, kSecond, kSecond, Nanos(0)));
  EXPECT_FALSE(machine.busy_share() || machine.swapped_out_bytes_per_second());
  EXPECT_FALSE(machine.stalled_share());
}

TEST(MachineUse, SharesAreOfTheTimeBetweenFirstAndLastReading) {
  MachineUse machine;
  machine.add(processors_at(kSecond, kSecond * 100, kSecond * 50, kSecond));
  machine.add(processors_at(kSecond * 2, kSecond * 500, kSecond * 50, kSecond));
  machine.add(processors_at(kSecond * 5, kSecond * 103, kSecond * 54, kSecond * 2));
  EXPECT_DOUBLE_EQ(machine.busy_share().value_or(-1), 3.0 / 8);
  EXPECT_DOUBLE_EQ(machine.steal_share().value_or(-1), 1.0 / 8);
  machine.add(memory_at(kSecond, kSecond.count, 1000));
  machine.add(memory_at(kSecond * 5, kSecond.count * 2, 9000));
  EXPECT_DOUBLE_EQ(machine.stalled_share().value_or(-1), 0.25);
  EXPECT_DOUBLE_EQ(machine.swapped_out_bytes_per_second().value_or(-1), 2000);
}

TEST(MachineUse, CounterThatIsUnknownOrFellGivesNoShare) {
  MachineUse machine;
  machine.add(memory_at(kSecond, -1, 1000));
  machine.add(memory_at(kSecond * 2, 7, 900));
  EXPECT_FALSE(machine.stalled_share() || machine.swapped_out_bytes_per_second());
  machine.add(processors_at(kSecond, kSecond, kSecond, Nanos(0)));
  machine.add(processors_at(kSecond * 2, kSecond, kSecond, Nanos(0)));
  EXPECT_FALSE(machine.busy_share());  // no time has passed for the processors
  EXPECT_FALSE(machine.cgroup_stalled_share());
}

TEST(MachineUse, StallsAreNotMoreThanAllTheTime) {
  MachineUse machine;
  machine.add(memory_at(kSecond, 0, 0));
  machine.add(memory_at(kSecond * 2, kSecond.count + 1000, 0));
  EXPECT_DOUBLE_EQ(machine.stalled_share().value_or(-1), 1);
}

TEST(MachineUse, CraftedTimesGiveNoNumberThatIsNone) {
  MachineUse machine;
  machine.add(memory_at(Nanos(INT64_MAX), 0, INT64_MAX));
  machine.add(memory_at(Nanos(INT64_MIN), INT64_MAX, INT64_MAX));
  machine.add(processors_at(Nanos(0), Nanos(0), Nanos(0), Nanos(INT64_MIN)));
  machine.add(processors_at(Nanos(1), Nanos(INT64_MAX), Nanos(INT64_MAX), Nanos(INT64_MAX)));
  EXPECT_FALSE(machine.stalled_share() || machine.steal_share());
  EXPECT_DOUBLE_EQ(machine.busy_share().value_or(-1), 0.5);
}

}  // namespace
}  // namespace holdfast
