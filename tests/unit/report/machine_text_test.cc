// SPDX-License-Identifier: MIT
#include "report/machine_text.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

MachineUse busy_machine() {
  MachineUse machine;
  ProcessorsRecord processors;
  processors.head.mono_ns = 0;
  processors.busy_ns = processors.idle_ns = processors.iowait_ns = processors.steal_ns = 0;
  machine.add(processors);
  processors.head.mono_ns = kSecond.count;
  processors.busy_ns = 1'500'000'000;
  processors.idle_ns = 500'000'000;
  machine.add(processors);
  MemoryRecord memory;
  memory.stalled_some_ns = 0;
  memory.swapped_out_bytes = 0;
  machine.add(memory);
  memory.head.mono_ns = kSecond.count;
  memory.stalled_some_ns = 120'000'000;
  memory.swapped_out_bytes = 20'500'000;
  machine.add(memory);
  return machine;
}

TEST(MachineText, SaysWhatIsKnownInOneLine) {
  EXPECT_EQ(machine_text(busy_machine()),
            "machine        processors 75 % busy, tasks waited for memory 12 % of the time, "
            "20.5 MB/s swapped out\n");
}

TEST(MachineText, SaysNothingWhereNothingIsKnown) {
  EXPECT_EQ(machine_text(MachineUse()), "");
}

TEST(MachineText, JsonHasNullForWhatIsNotKnown) {
  JsonWriter json;
  json.begin_object();
  add_machine(json, busy_machine());
  json.end_object();
  EXPECT_EQ(json.text(),
            R"({"machine":{"busy_share":0.75,"steal_share":0,"stalled_share":0.12,)"
            R"("cgroup_stalled_share":null,"swapped_out_bytes_per_second":20500000}})");
}

}  // namespace
}  // namespace holdfast
