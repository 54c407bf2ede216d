// SPDX-License-Identifier: MIT
#include "core/cgroup_memory.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(CgroupMemory, VersionOneCountsItsTotalsWhichIncludeChildren) {
  const CgroupMemory memory = parse_cgroup_memory(
      "cache 1\ninactive_anon 1\nactive_anon 1\ninactive_file 1\nactive_file 1\nunevictable 1\n"
      "total_inactive_anon 10\ntotal_active_anon 20\ntotal_inactive_file 300\n"
      "total_active_file 400\ntotal_unevictable 5000\n");
  EXPECT_EQ(memory, (CgroupMemory{30, 700, 5000}));
}

TEST(CgroupMemory, VersionTwoHasNoTotals) {
  EXPECT_EQ(parse_cgroup_memory("inactive_anon 1\nactive_anon 2\ninactive_file 3\nactive_file 4\n"
                                "unevictable 5\n"),
            (CgroupMemory{3, 7, 5}));
}

TEST(CgroupMemory, MissingAndMalformedRowsAreZero) {
  EXPECT_EQ(parse_cgroup_memory(""), CgroupMemory{});
  EXPECT_EQ(parse_cgroup_memory("active_anon x\nunevictable\n"), CgroupMemory{});
}

}  // namespace
}  // namespace holdfast
