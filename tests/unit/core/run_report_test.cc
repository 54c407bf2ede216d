// SPDX-License-Identifier: MIT
#include "core/run_report.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(RunReport, EveryRouteHasItsName) {
  EXPECT_EQ(name_of(RunRoute::kNone), "none");
  EXPECT_EQ(name_of(RunRoute::kPreload), "preload");
  EXPECT_EQ(name_of(RunRoute::kAttach), "attach");
}

}  // namespace
}  // namespace holdfast
