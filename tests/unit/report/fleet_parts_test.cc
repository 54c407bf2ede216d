// SPDX-License-Identifier: MIT
#include "report/fleet_parts.h"

#include <gtest/gtest.h>

#include <cmath>

namespace holdfast {
namespace {

TEST(FleetParts, ValuesOfAQueryAreEscaped) {
  EXPECT_EQ(escaped_query("a b&c=<d>"), "a%20b%26c%3D%3Cd%3E");
}

TEST(FleetParts, NumbersAreShort) {
  EXPECT_EQ(grouped_digits(0), "0");
  EXPECT_EQ(grouped_digits(999), "999");
  EXPECT_EQ(grouped_digits(1'234'567), "1,234,567");
  EXPECT_EQ(grouped_digits(-1000), "-1,000");
  EXPECT_EQ(grouped_digits(-100), "-100");
  EXPECT_EQ(short_number(0.012345), "0.0123");
  EXPECT_EQ(short_number(12'345.6), "12,346");
  EXPECT_EQ(short_number(INFINITY), "any");
  EXPECT_EQ(with_interval(1, {0.5, INFINITY}), "1 (0.5 to any)");
}

TEST(FleetParts, OneOfHowManySessions) {
  EXPECT_EQ(one_of({0, 1000, 4, 9, 0, 0}), "1 of 250");
  EXPECT_EQ(one_of({0, 1000, 0, 0, 0, 0}), "none of 1,000");
}

TEST(FleetParts, AChartHasAMarkForEachKnownPoint) {
  const ChartSeries series{"a<b",
                           {{"x", 1, {0.5, INFINITY}}, {"y", 0, {}, false}, {"z", 3, {2, 4}}}};
  const std::string svg = chart_svg("n", "per hour", {series});
  size_t marks = 0;
  for (size_t at = svg.find("<circle"); at != std::string::npos; at = svg.find("<circle", at + 1)) {
    marks++;
  }
  EXPECT_EQ(marks, 2U);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  EXPECT_NE(svg.find("a&lt;b x: 1 (0.5 to any) per hour"), std::string::npos);
}

TEST(FleetParts, ADrawingOfZerosIsADrawing) {
  const std::string svg = chart_svg("n", "u", {{"a", {{"x", 0, {0, 0}}}}});
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(chart_svg("n", "u", {}), "<p>Nothing to draw yet.</p>");
}

TEST(FleetParts, ABarIsNeverLongerThanItsPlace) {
  EXPECT_EQ(bar_svg(7), bar_svg(1));
  EXPECT_EQ(bar_svg(-1), bar_svg(0));
}

}  // namespace
}  // namespace holdfast
