// SPDX-License-Identifier: MIT
#include "report/fleet_text.h"

#include <gtest/gtest.h>

#include "tests/support/fleet_sample.h"

namespace holdfast {
namespace {

TEST(FleetText, BeginsWithTheHeadline) {
  const std::string text = fleet_text(test::sample_fleet());
  EXPECT_EQ(
      text.find(
          "1 of 167 sessions has a glitch (95 %, allowing for differences between users: 1 of "),
      0U);
  EXPECT_NE(text.find("3,000 sessions (140 reports) of 12 installations, 9 of which have had none"),
            std::string::npos);
  EXPECT_NE(text.find("\n  none               1 of 125 "), std::string::npos);
}

TEST(FleetText, TheNumbersOfAFewAreLeftOut) {
  FleetOverview fleet = test::sample_fleet();
  fleet.by_version = {{"rare", 1, {40, 4321, 2, 3, 60'000'000, 100}}};
  const std::string text = fleet_text(fleet);
  EXPECT_NE(text.find("  rare               fewer than 5 installations\n"), std::string::npos);
  EXPECT_EQ(text.find("4,321"), std::string::npos);
  EXPECT_NE(text.find("for each tenth more of memory use"), std::string::npos);
}

TEST(FleetText, SaysWhenThereIsNothing) {
  EXPECT_EQ(fleet_text({}), "no sessions\n");
}

TEST(FleetText, NothingInItMakesATerminalDoThings) {
  FleetOverview fleet = test::sample_fleet();
  fleet.worst_places[0].symbol = "\x1b[2J";
  EXPECT_EQ(fleet_text(fleet).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace holdfast
