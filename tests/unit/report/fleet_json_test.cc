// SPDX-License-Identifier: MIT
#include "report/fleet_json.h"

#include <gtest/gtest.h>

#include "tests/support/fleet_sample.h"

namespace holdfast {
namespace {

TEST(FleetJson, HasTheSumsOfEveryGroup) {
  const std::string json = fleet_json(test::sample_fleet());
  EXPECT_EQ(json.find("{\"schema\":\"holdfast.stats/1\",\"filter\":{\"app\":null"), 0U);
  for (const char* part :
       {"\"installs\":12", "\"all\":{\"reports\":140,\"sessions\":3000,\"glitched_sessions\":18",
        "\"days\":[{\"day\":\"2024-10-04\"", "\"arms\":[{\"arm\":\"all\"",
        "{\"cpu_bin\":9,\"memory_bin\":8,\"seconds\":3600,\"glitches\":20}",
        "\"causes\":[{\"cause\":\"major_fault\",\"object\":null"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part;
  }
}

TEST(FleetJson, AnEmptyFleetHasNoNumberThatIsNone) {
  const std::string json = fleet_json({});
  EXPECT_NE(json.find("\"glitches_per_hour_interval\":null"), std::string::npos);
  EXPECT_EQ(json.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace holdfast
