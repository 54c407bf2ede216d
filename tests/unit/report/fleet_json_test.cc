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
        "\"days\":[{\"day\":\"2024-10-04\"", "\"arms\":[{\"arm\":\"all\",\"few_installs\":false",
        "\"case_crossover\":{\"glitches\":40",
        "{\"cpu_bin\":9,\"memory_bin\":8,\"seconds\":3600,\"glitches\":20}",
        "\"causes\":[{\"cause\":\"major_fault\",\"object\":null"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part;
  }
}

TEST(FleetJson, TheNumbersOfAFewAreLeftOut) {
  FleetOverview fleet = test::sample_fleet();
  fleet.by_version = {{"rare", 1, {40, 4321, 2, 3, 60'000'000, 100}}};
  const std::string json = fleet_json(fleet);
  EXPECT_NE(json.find("{\"version\":\"rare\",\"few_installs\":true}"), std::string::npos);
  EXPECT_EQ(json.find("4321"), std::string::npos);
}

TEST(FleetJson, AnEmptyFleetHasNoNumberThatIsNone) {
  const std::string json = fleet_json({});
  EXPECT_NE(json.find("\"glitches_per_hour_interval\":null"), std::string::npos);
  EXPECT_EQ(json.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace holdfast
