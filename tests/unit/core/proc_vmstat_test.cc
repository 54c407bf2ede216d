// SPDX-License-Identifier: MIT
#include "core/proc_vmstat.h"

#include <gtest/gtest.h>

#include "tests/support/machine_fixture.h"

namespace holdfast {
namespace {

constexpr int64_t kVmstatPage = 4096;

TEST(ProcVmstat, ReadsARecordedFile) {
  const auto swapping = parse_proc_vmstat(test::machine_fixture("vmstat"), kVmstatPage);
  ASSERT_TRUE(swapping);
  EXPECT_EQ(swapping->swapped_in_bytes, 679'375 * kVmstatPage);
  EXPECT_EQ(swapping->swapped_out_bytes, 23'032'403 * kVmstatPage);
  EXPECT_EQ(swapping->major_faults, 893'614);
}

TEST(ProcVmstat, CountsInPagesOfTheMachine) {
  const auto swapping = parse_proc_vmstat("pswpin 2\npswpout 3\npgmajfault 4\n", 65536);
  ASSERT_TRUE(swapping);
  EXPECT_EQ(swapping->swapped_in_bytes, 131'072);
  EXPECT_EQ(swapping->swapped_out_bytes, 196'608);
  EXPECT_EQ(swapping->major_faults, 4);
}

TEST(ProcVmstat, WhatIsNotInTheFileIsNotKnown) {
  const auto swapping = parse_proc_vmstat("nr_free_pages 1\npgmajfault 4\npswpin_x 3", kVmstatPage);
  ASSERT_TRUE(swapping);
  EXPECT_EQ(swapping->swapped_in_bytes, -1);
  EXPECT_EQ(swapping->swapped_out_bytes, -1);
  EXPECT_EQ(swapping->major_faults, 4);
}

TEST(ProcVmstat, RefusesWhatIsNoVmstat) {
  for (const char* bad : {"", "nr_free_pages 1\n", "pswpin\n", "pswpin x\n", "pswpout -1\n",
                          "pswpin 9223372036854775807\n"}) {
    const auto swapping = parse_proc_vmstat(bad, kVmstatPage);
    ASSERT_FALSE(swapping) << bad;
    EXPECT_EQ(swapping.error().kind, ErrorKind::kBadData);
  }
}

}  // namespace
}  // namespace holdfast
