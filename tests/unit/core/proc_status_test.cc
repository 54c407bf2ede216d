// SPDX-License-Identifier: MIT
#include "core/proc_status.h"

#include <gtest/gtest.h>

#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

TEST(ProcStatus, ReadsARecordedProcess) {
  const auto status = parse_proc_status(test::proc_fixture("status"));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->name, "audio-editor");
  EXPECT_EQ(status->state, 'S');
  EXPECT_EQ(status->threads, 4);
  EXPECT_EQ(status->locked_bytes, 64 * 1024);
  EXPECT_EQ(status->swapped_bytes, 0);
  EXPECT_EQ(status->capabilities, 0x1fffeffffffU);
  EXPECT_GT(status->resident_bytes.value_or(0), 0);
}

TEST(ProcStatus, TellsRealAndEffectiveUserApart) {
  const auto status =
      parse_proc_status("Name:\tx\nState:\tR (running)\nUid:\t1000\t0\t0\t0\nThreads:\t1\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->real_uid, 1000U);
  EXPECT_EQ(status->effective_uid, 0U);
}

TEST(ProcStatus, ZombieHasNoMemory) {
  const auto status =
      parse_proc_status("Name:\tx\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\nThreads:\t1\n");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->resident_bytes, std::nullopt);
  EXPECT_EQ(status->locked_bytes, std::nullopt);
}

TEST(ProcStatus, RefusesAFileWithoutItsMainLines) {
  EXPECT_FALSE(parse_proc_status(""));
  EXPECT_FALSE(parse_proc_status("Name:\tx\nState:\tR\nThreads:\t1\n"));
  EXPECT_FALSE(parse_proc_status("Name:\tx\nState:\tR\nUid:\ta\tb\nThreads:\t1\n"));
}

}  // namespace
}  // namespace holdfast
