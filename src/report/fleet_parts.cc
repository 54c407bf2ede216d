// SPDX-License-Identifier: MIT
#include "report/fleet_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "report/html_text.h"

namespace holdfast {
namespace {

constexpr double kWidth = 720;
constexpr double kHeight = 220;
constexpr double kLeft = 56;
constexpr double kBottom = 28;
constexpr double kTop = 12;

std::string number_attribute(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", number);
  return text.data();
}

/// The next number above that is 1, 2 or 5 times a power of ten.
double round_up(double number) {
  if (!(number > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(number)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (number <= step * power) return step * power;
  }
  return 10 * power;
}

/// Where values are on the drawing.
struct ChartScale {
  double highest = 1;
  size_t count = 1;

  [[nodiscard]] double x(size_t place) const {
    return kLeft +
           (kWidth - kLeft - 12) * (static_cast<double>(place) + 0.5) / static_cast<double>(count);
  }
  [[nodiscard]] double y(double value) const {
    const double shown = std::clamp(value / highest, 0.0, 1.0);
    return kTop + (kHeight - kTop - kBottom) * (1 - shown);
  }
};

/// As high as the values need; an interval of little data may leave the drawing.
ChartScale scale_of(const std::vector<ChartSeries>& series) {
  ChartScale scale;
  double highest = 0;
  for (const ChartSeries& each : series) {
    scale.count = std::max(scale.count, each.points.size());
    for (const ChartPoint& point : each.points) {
      if (!point.is_known) continue;
      const double whisker = std::isfinite(point.interval.high) ? point.interval.high : 0;
      highest = std::max({highest, point.value, std::min(whisker, 3 * point.value)});
    }
  }
  scale.highest = round_up(highest);
  return scale;
}

std::string line_svg(double x1, double y1, double x2, double y2, std::string_view style) {
  return "<line class=\"" + std::string(style) + "\" x1=\"" + number_attribute(x1) + "\" y1=\"" +
         number_attribute(y1) + "\" x2=\"" + number_attribute(x2) + "\" y2=\"" +
         number_attribute(y2) + "\"/>";
}

std::string text_svg(double x, double y, std::string_view anchor, std::string_view text) {
  return "<text x=\"" + number_attribute(x) + "\" y=\"" + number_attribute(y) +
         "\" text-anchor=\"" + std::string(anchor) + "\">" + html_text(text) + "</text>";
}

std::string axes_svg(const ChartScale& scale, const ChartSeries& labels) {
  std::string svg;
  for (const double share : {0.0, 0.5, 1.0}) {
    const double y = scale.y(share * scale.highest);
    svg += line_svg(kLeft, y, kWidth - 12, y, "grid");
    svg += text_svg(kLeft - 6, y + 4, "end", short_number(share * scale.highest));
  }
  const size_t each = std::max<size_t>(1, (labels.points.size() + 9) / 10);
  for (size_t i = 0; i < labels.points.size(); i += each) {
    svg += text_svg(scale.x(i), kHeight - 8, "middle", labels.points[i].label);
  }
  return svg;
}

std::string series_svg(const ChartScale& scale, const ChartSeries& series, size_t colour,
                       std::string_view unit) {
  const std::string group = "<g class=\"s" + std::to_string(colour % 3) + "\">";
  std::string path;
  std::string marks;
  for (size_t i = 0; i < series.points.size(); i++) {
    const ChartPoint& point = series.points[i];
    if (!point.is_known) {
      path += ' ';  // the line has a gap
      continue;
    }
    const bool is_new = path.empty() || path.back() == ' ';
    path += (is_new ? "M" : "L") + number_attribute(scale.x(i)) + "," +
            number_attribute(scale.y(point.value));
    marks += line_svg(scale.x(i), scale.y(point.interval.low), scale.x(i),
                      scale.y(point.interval.high), "whisker");
    marks += "<circle cx=\"" + number_attribute(scale.x(i)) + "\" cy=\"" +
             number_attribute(scale.y(point.value)) + "\" r=\"3\"><title>" +
             html_text(series.name + " " + point.label + ": " +
                       with_interval(point.value, point.interval) + " " + std::string(unit)) +
             "</title></circle>";
  }
  return group + "<path d=\"" + path + "\"/>" + marks + "</g>";
}

}  // namespace

std::string escaped_query(std::string_view text) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string query;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (is_plain) {
      query += c;
    } else {
      query += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return query;
}

std::string grouped_digits(int64_t number) {
  std::string digits = std::to_string(number);
  const size_t sign = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > sign + 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string short_number(double number) {
  if (!std::isfinite(number)) return std::isnan(number) ? "?" : "any";
  if (std::abs(number) >= 1000) return grouped_digits(std::llround(number));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", number);
  return text.data();
}

std::string with_interval(double value, const Interval& interval) {
  return short_number(value) + " (" + short_number(interval.low) + " to " +
         short_number(interval.high) + ")";
}

std::string one_of(const SessionSums& sums) {
  if (sums.glitched <= 0) return "none of " + grouped_digits(sums.sessions);
  const double each = static_cast<double>(sums.sessions) / static_cast<double>(sums.glitched);
  return "1 of " + short_number(each);
}

std::string_view basis_words(IntervalBasis basis) {
  return basis == IntervalBasis::kUsers
             ? "allowing for differences between users"
             : "if sessions were independent: too few users had a glitch to allow for more";
}

std::string trend_words(const LoadTrend& trend) {
  if (trend.p_value >= kFleetError) return "shows no trend (p " + short_number(trend.p_value) + ")";
  return (trend.z > 0 ? "rises (p " : "falls (p ") + short_number(trend.p_value) + ")";
}

std::string slope_words(const CrossoverSlope& slope, std::string_view what) {
  const auto tenth = [](double value) { return std::exp(value / 10); };
  return with_interval(tenth(slope.slope),
                       {tenth(slope.interval.low), tenth(slope.interval.high)}) +
         " times the glitches for each tenth more of " + std::string(what);
}

std::string comparison_words(const FleetComparison& comparison) {
  if (!std::isfinite(comparison.ratio.value)) return "not to be compared: too few glitches";
  std::string text = with_interval(comparison.ratio.value, comparison.ratio.interval) +
                     " times the glitches per hour, p " + short_number(comparison.p_value);
  const double more = comparison.more_sessions.value_or(0);
  if (comparison.p_value < kFleetError || more < 1) return text;
  return text + "; to see a halving takes about " +
         grouped_digits(static_cast<int64_t>(std::min(more, 1e15))) + " sessions more";
}

std::string table_html(const std::vector<std::string>& heads,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<table><thead><tr>";
  for (const std::string& head : heads) html += "<th scope=\"col\">" + head + "</th>";
  html += "</tr></thead><tbody>";
  for (const auto& row : rows) {
    html += "<tr>";
    for (const std::string& cell : row) html += "<td>" + cell + "</td>";
    html += "</tr>";
  }
  return html + "</tbody></table>";
}

std::string bar_svg(double share) {
  const double width = 160 * std::clamp(share, 0.0, 1.0);
  return "<svg class=\"bar\" width=\"160\" height=\"10\" aria-hidden=\"true\"><rect width=\"" +
         number_attribute(width) + "\" height=\"10\"/></svg>";
}

std::string chart_svg(std::string_view name, std::string_view unit,
                      const std::vector<ChartSeries>& series) {
  if (series.empty() || series.front().points.empty()) return "<p>Nothing to draw yet.</p>";
  const ChartScale scale = scale_of(series);
  std::string svg = "<svg class=\"chart\" viewBox=\"0 0 720 220\" role=\"img\" aria-label=\"" +
                    html_text(name) + "\">" + axes_svg(scale, series.front());
  for (size_t i = 0; i < series.size(); i++) svg += series_svg(scale, series[i], i, unit);
  svg += "</svg>";
  if (series.size() < 2) return svg;
  svg += "<p class=\"legend\">";
  for (size_t i = 0; i < series.size(); i++) {
    svg += "<span class=\"s" + std::to_string(i % 3) + "\">&#9679; " + html_text(series[i].name) +
           "</span> ";
  }
  return svg + "</p>";
}

}  // namespace holdfast
