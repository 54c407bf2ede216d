// SPDX-License-Identifier: MIT
#include "core/proc_syscall.h"

#include <gtest/gtest.h>

#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

TEST(ProcSyscall, FindsTheStackPointerOfAThreadInASystemCall) {
  const auto place = parse_proc_syscall(test::proc_fixture("task/21731/syscall"));
  ASSERT_TRUE(place);
  ASSERT_TRUE(place->has_value());
  EXPECT_EQ((*place)->stack_pointer, 0x7f7194491b80U);
  EXPECT_EQ((*place)->program_counter, 0x7f719456bdf2U);
}

TEST(ProcSyscall, FindsTheStackPointerOfAThreadInAPageFault) {
  const auto place = parse_proc_syscall("-1 0x7ffe1000 0x5500\n");
  ASSERT_TRUE(place);
  ASSERT_TRUE(place->has_value());
  EXPECT_EQ((*place)->stack_pointer, 0x7ffe1000U);
}

TEST(ProcSyscall, ARunningThreadHasNoKnownPlace) {
  const auto place = parse_proc_syscall("running\n");
  ASSERT_TRUE(place);
  EXPECT_FALSE(place->has_value());
}

TEST(ProcSyscall, RefusesEverythingElse) {
  for (const char* bad : {"", "0 0x1 0x2", "-1 0x1", "-1 0x1 0x2 0x3", "-1 x y"}) {
    EXPECT_FALSE(parse_proc_syscall(bad)) << bad;
  }
}

}  // namespace
}  // namespace holdfast
