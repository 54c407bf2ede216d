// SPDX-License-Identifier: MIT
#include "core/proc_smaps.h"

#include <gtest/gtest.h>

#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

TEST(ProcSmaps, FindsTheOneLockedMappingOfARecordedProcess) {
  const auto locked = parse_locked_mappings(test::proc_fixture("smaps"));
  ASSERT_TRUE(locked);
  ASSERT_EQ(locked->size(), 1U);
  EXPECT_EQ(locked->at(0).begin, 0x7f7192b92000U);
  EXPECT_EQ(locked->at(0).size_bytes, 65536U);
}

TEST(ProcSmaps, OtherFlagsAreNotLo) {
  const auto locked = parse_locked_mappings(
      "1000-2000 rw-p 0 0:0 0\nLocked:    4 kB\nVmFlags: rd wr los\n"
      "2000-3000 rw-p 0 0:0 0 /a b: c\nVmFlags: rd lo ac \n");
  ASSERT_TRUE(locked);
  ASSERT_EQ(locked->size(), 1U);
  EXPECT_EQ(locked->at(0).begin, 0x2000U);
}

TEST(ProcSmaps, RefusesWhatIsNotSmaps) {
  EXPECT_FALSE(parse_locked_mappings("what\n"));
}

TEST(ProcSmaps, CountsTheLockedPartOfARange) {
  const std::vector<MemoryRange> locked = {{0x1000, 0x1000, ""}, {0x4000, 0x2000, ""}};
  EXPECT_EQ(locked_bytes_of({0x1800, 0x3800, ""}, locked), 0x800U + 0x1000U);
  EXPECT_EQ(locked_bytes_of({0x2000, 0x2000, ""}, locked), 0U);
  EXPECT_EQ(locked_bytes_of({0, 0x10000, ""}, {}), 0U);
}

}  // namespace
}  // namespace holdfast
