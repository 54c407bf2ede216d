// SPDX-License-Identifier: MIT
// Of what the dashboard's pages are made: escaped text, tables, numbers for people, and drawings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/fleet_answers.h"

namespace holdfast {

/// `text` as one value of a URL's query.
std::string escaped_query(std::string_view text);

/// "12,345".
std::string grouped_digits(int64_t number);
/// Three significant digits: "0.0123", "4.56", "1230".
std::string short_number(double number);
/// "0.12 (0.08 to 0.19)".
std::string with_interval(double value, const Interval& interval);
/// "1 of 412"; "none of 1,234" without a glitch.
std::string one_of(const SessionSums& sums);

/// Added to "95 % interval": how users were allowed for.
std::string_view basis_words(IntervalBasis basis);
/// "rises (p 0.003)", "shows no trend (p 0.4)".
std::string trend_words(const LoadTrend& trend);
/// "1.9 (1.3 to 2.8) times the glitches for each tenth more of memory use": of one slope.
std::string slope_words(const CrossoverSlope& slope, std::string_view what);
/// "0.52 (0.31 to 0.88) times the glitches per hour, p 0.01", and how much more is needed.
std::string comparison_words(const FleetComparison& comparison);

/// A table; cells are HTML already. The first column is text, all others are numbers.
std::string table_html(const std::vector<std::string>& heads,
                       const std::vector<std::vector<std::string>>& rows);

/// A bar as long as `share` (0 to 1).
std::string bar_svg(double share);

/// One point of a drawing: a value with its interval above a label.
struct ChartPoint {
  std::string label;
  double value = 0;
  Interval interval;
  bool is_known = true;  ///< False: nothing is drawn there.
};

/// Points of one colour, joined by a line.
struct ChartSeries {
  std::string name;
  std::vector<ChartPoint> points;
};

/// A drawing of series over the same labels, with whiskers; `name` is read out instead of it.
std::string chart_svg(std::string_view name, std::string_view unit,
                      const std::vector<ChartSeries>& series);

}  // namespace holdfast
