// SPDX-License-Identifier: MIT
#include "core/kernel_log.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(KernelLog, RecordHasItsTimeAndItsFirstLine) {
  const auto message = parse_kernel_message(
      "3,1234,77359275631,-;Out of memory: Killed process 27883 (tenor)\n SUBSYSTEM=x\n");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->since_boot_us, 77'359'275'631);
  EXPECT_EQ(message->text, "Out of memory: Killed process 27883 (tenor)");
}

TEST(KernelLog, TextMayHoldSemicolonsAndControlCharacters) {
  const auto message = parse_kernel_message("6,1,2,c,caller=T1;a;b\033[31m");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text, "a;b?[31m");
}

TEST(KernelLog, WhatIsNoRecordIsNoMessage) {
  for (const char* const text : {"", ";", "6,1;text", "6,1,2,-", "x,1,2,-;t", "6,1,-2,-;t",
                                 "6,1,2x,-;t", "6,1,99999999999999999999,-;t"}) {
    EXPECT_FALSE(parse_kernel_message(text)) << text;
  }
}

TEST(KernelLog, MemoryLimitsAndStandstillsMatter) {
  for (const char* const text :
       {"Memory cgroup out of memory: Killed process 9 (tail) total-vm:1kB",
        "Out of memory: Killed process 9 (tail)", "stress invoked oom-killer: gfp_mask=0x140cca",
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null)", "sched: RT throttling activated",
        "CPU Watchdog Timeout (hard): jackd[77]", "hrtimer: interrupt took 29123 ns",
        "kworker/0:1: page allocation failure: order:4", "Read-error on swap-device (8:0:123)",
        "INFO: task dd:12 blocked for more than 120 seconds.",
        "clocksource: timekeeping watchdog: Marking clocksource 'tsc' as unstable"}) {
    EXPECT_TRUE(is_about_memory_or_limits(text)) << text;
  }
}

TEST(KernelLog, OtherMessagesDoNot) {
  for (const char* const text :
       {"usb 1-1: New USB device found, SerialNumber: 123", "loop0: detected capacity change",
        "systemd[1]: Hostname set to <studio>.", " oom_kill_process.cold+0x8/0x8a", ""}) {
    EXPECT_FALSE(is_about_memory_or_limits(text)) << text;
  }
}

}  // namespace
}  // namespace holdfast
