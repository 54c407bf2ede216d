// SPDX-License-Identifier: MIT
#include "core/memory_cgroup_place.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr const char* kV1Mounts =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:7 - cgroup cgroup rw,memory\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
constexpr const char* kV2Mounts =
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev - cgroup2 cgroup2 rw,nsdelegate\n";

TEST(MemoryCgroupPlace, VersionOneIsTakenWhereItHasTheController) {
  const auto place = parse_memory_cgroup_place("4:memory:/jobs/one\n0::/\n", kV1Mounts);
  ASSERT_TRUE(place);
  EXPECT_EQ(*place, (MemoryCgroupPlace{CgroupVersion::kV1, "/sys/fs/cgroup/memory/jobs/one"}));
}

TEST(MemoryCgroupPlace, VersionTwoIsTakenOtherwise) {
  const auto place = parse_memory_cgroup_place("0::/user.slice/app.scope\n", kV2Mounts);
  ASSERT_TRUE(place);
  EXPECT_EQ(*place, (MemoryCgroupPlace{CgroupVersion::kV2, "/sys/fs/cgroup/user.slice/app.scope"}));
}

TEST(MemoryCgroupPlace, RootCgroupIsTheMountPointItself) {
  EXPECT_EQ(parse_memory_cgroup_place("0::/\n", kV2Mounts)->directory, "/sys/fs/cgroup");
}

TEST(MemoryCgroupPlace, ContainerMountShowsOnlyItsPart) {
  const char* mounts = "35 31 0:32 /docker/a /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
  EXPECT_EQ(parse_memory_cgroup_place("4:memory:/docker/a/b\n", mounts)->directory,
            "/sys/fs/cgroup/memory/b");
  EXPECT_FALSE(parse_memory_cgroup_place("4:memory:/docker/ab\n", mounts));
}

TEST(MemoryCgroupPlace, ControllerNameMustMatchAsAWhole) {
  EXPECT_FALSE(parse_memory_cgroup_place("4:memoryx,cpu:/a\n", kV1Mounts));
}

TEST(MemoryCgroupPlace, UnifiedCgroupIsFoundBesideVersionOne) {
  const auto directory = parse_unified_cgroup("4:memory:/jobs/one\n0::/other\n", kV1Mounts);
  ASSERT_TRUE(directory);
  EXPECT_EQ(*directory, "/sys/fs/cgroup/unified/other");
  EXPECT_FALSE(parse_unified_cgroup("4:memory:/jobs/one\n", kV1Mounts));
  EXPECT_FALSE(
      parse_unified_cgroup("0::/other\n", "30 1 0:9 / /mnt rw - cgroup cgroup rw,memory\n"));
}

TEST(MemoryCgroupPlace, NothingMountedIsUnavailable) {
  const auto place = parse_memory_cgroup_place("0::/a\n", "");
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().kind, ErrorKind::kUnavailable);
}

TEST(MemoryCgroupPlace, GarbageIsNoCrash) {
  EXPECT_FALSE(parse_memory_cgroup_place("::::\n\n:", " - \n - - -\nx - cgroup2"));
}

}  // namespace
}  // namespace holdfast
