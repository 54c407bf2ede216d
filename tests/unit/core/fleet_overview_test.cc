// SPDX-License-Identifier: MIT
#include "core/fleet_overview.h"

#include <gtest/gtest.h>

#include "tests/support/fleet_sample.h"

namespace holdfast {
namespace {

TEST(FleetOverview, CellsOfAllBucketsAreAddedUp) {
  const CellSums total = total_of(test::sample_fleet().cells);
  EXPECT_EQ(total[98].glitches, 20);
  EXPECT_EQ(total[19].seconds, 3600);
}

}  // namespace
}  // namespace holdfast
