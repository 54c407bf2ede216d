// SPDX-License-Identifier: MIT
#include "core/memory_stalls.h"

#include <gtest/gtest.h>

#include "tests/support/machine_fixture.h"

namespace holdfast {
namespace {

TEST(MemoryStalls, ReadsTheTotalsOfARecordedFileInNanoseconds) {
  const auto stalls = parse_memory_stalls(test::machine_fixture("pressure/memory"));
  ASSERT_TRUE(stalls);
  EXPECT_EQ(stalls->some_ns, 1'085'432'394'000);
  EXPECT_EQ(stalls->full_ns, 520'409'505'000);
}

TEST(MemoryStalls, RefusesAFileWithoutBothTotals) {
  for (const char* bad : {"", "some avg10=0.00 total=1\n", "some total=1\nfull total=x\n",
                          "some total=-1\nfull total=1\n", "some\nfull\n",
                          "some total=9223372036854775807\nfull total=1\n"}) {
    const auto stalls = parse_memory_stalls(bad);
    ASSERT_FALSE(stalls) << bad;
    EXPECT_EQ(stalls.error().kind, ErrorKind::kBadData);
  }
}

TEST(MemoryStalls, LaterFieldsAndLinesDoNotDisturb) {
  const auto stalls = parse_memory_stalls("new 1\nsome x=1 total=2 y=3\nfull total=1");
  ASSERT_TRUE(stalls);
  EXPECT_EQ(stalls->some_ns, 2000);
  EXPECT_EQ(stalls->full_ns, 1000);
}

}  // namespace
}  // namespace holdfast
