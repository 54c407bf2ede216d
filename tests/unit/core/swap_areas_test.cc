// SPDX-License-Identifier: MIT
#include "core/swap_areas.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr const char* kHeading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

TEST(SwapAreas, ThereMayBeNone) {
  const auto areas = parse_swap_areas(kHeading);
  ASSERT_TRUE(areas.ok());
  EXPECT_TRUE(areas->empty());
}

TEST(SwapAreas, TellsZramFromDisks) {
  const auto areas =
      parse_swap_areas(std::string(kHeading) +
                       "/dev/zram0                              partition\t100\t20"
                       "\t100\n"
                       "/dev/sda2                               partition\t4\t0\t-2\n"
                       "/var/swap\\040file                      file\t\t8\t1\t-3\n");
  ASSERT_TRUE(areas.ok());
  EXPECT_EQ(*areas, (std::vector<SwapArea>{{SwapKind::kZram, 102400, 20480},
                                           {SwapKind::kPartition, 4096, 0},
                                           {SwapKind::kFile, 8192, 1024}}));
}

TEST(SwapAreas, RefusesWhatIsNoSuchFile) {
  EXPECT_FALSE(parse_swap_areas("").ok());
  EXPECT_FALSE(parse_swap_areas("MemTotal: 1 kB\n").ok());
  EXPECT_FALSE(parse_swap_areas(std::string(kHeading) + "/dev/sda2 partition x 0 -2\n").ok());
  EXPECT_FALSE(parse_swap_areas(std::string(kHeading) + "/dev/sda2 partition -1 0 -2\n").ok());
  EXPECT_FALSE(
      parse_swap_areas(std::string(kHeading) + "/dev/a partition 9223372036854775807 0 1\n").ok());
}

}  // namespace
}  // namespace holdfast
