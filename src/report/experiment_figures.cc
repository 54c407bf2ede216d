// SPDX-License-Identifier: MIT
#include "report/experiment_figures.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "report/html_text.h"
#include "report/number_text.h"

namespace holdfast {
namespace {

constexpr double kWidth = 900;
constexpr double kLeft = 190;   ///< Of the axis; labels stand left of it.
constexpr double kRight = 690;  ///< Values stand right of it.
constexpr double kRow = 34;
constexpr double kSmallestRatio = 0.001;

std::string line(double x1, double y1, double x2, double y2, const char* style) {
  return format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1,
                x2, y2, style);
}

std::string words(double x, double y, const char* anchor, const char* style,
                  std::string_view text) {
  return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor,
                style) +
         html_text(text) + "</text>\n";
}

std::string dot(double x, double y, const std::string& style, const std::string& title) {
  return format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" class=\"", x, y) + style + "\"><title>" +
         html_text(title) + "</title></circle>\n";
}

std::string figure(double height, const std::string& label, const std::string& content) {
  return format("<svg class=\"figure\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"",
                kWidth, height) +
         html_text(label) + "\">\n" + content + "</svg>\n";
}

/// The next of 1, 2, 5 times a power of ten.
double nice_above(double value) {
  if (!(value > 0) || std::isinf(value)) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (value <= step * power) return step * power;
  }
  return 10 * power;
}

/// From a value to its place on the axis.
struct Axis {
  double low = 0;
  double high = 1;
  bool is_logarithmic = false;

  [[nodiscard]] double place(double value) const {
    if (std::isnan(value)) return kLeft;
    const double clamped = std::clamp(value, low, high);
    const double share = is_logarithmic ? std::log(clamped / low) / std::log(high / low)
                                        : (clamped - low) / (high - low);
    return kLeft + share * (kRight - kLeft);
  }
};

std::string ticks(const Axis& axis, std::span<const double> values, double bottom) {
  std::string svg;
  for (const double value : values) {
    const double x = axis.place(value);
    svg += line(x, 6, x, bottom, "grid");
    svg += words(x, bottom + 17, "middle", "quiet", format("%g", value));
  }
  return svg;
}

std::string interval_row(const IntervalRow& row, const Axis& axis, double y) {
  std::string svg = words(kLeft - 14, y + 4, "end", "", row.label);
  svg += line(axis.place(row.interval.low), y, axis.place(row.interval.high), y, "interval");
  if (!std::isnan(row.estimate)) {
    svg += dot(axis.place(row.estimate), y, "point", row.label + ": " + row.text);
  }
  return svg + words(kRight + 16, y + 4, "start", "", row.text);
}

std::string interval_rows(std::span<const IntervalRow> rows, const Axis& axis,
                          std::span<const double> tick_values, const std::string& label,
                          const std::string& behind) {
  const double bottom = 12 + kRow * static_cast<double>(rows.size());
  std::string svg = ticks(axis, tick_values, bottom) + behind;
  for (size_t i = 0; i < rows.size(); i++) {
    svg += interval_row(rows[i], axis, 10 + kRow * (static_cast<double>(i) + 0.5));
  }
  svg += line(kLeft, bottom, kRight, bottom, "axis");
  return figure(bottom + 26, label, svg);
}

double rate_of(const BlockResult& block) {
  return block.seconds > 0 ? static_cast<double>(block.page_fault_glitches) * 60 / block.seconds
                           : 0;
}

}  // namespace

std::string rate_figure(std::span<const IntervalRow> rows, const std::string& label) {
  double high = 0;
  for (const IntervalRow& row : rows) {
    high = std::max(high, std::isinf(row.interval.high) ? row.estimate : row.interval.high);
  }
  const Axis axis{0, nice_above(high), false};
  const double values[] = {0, axis.high / 4, axis.high / 2, axis.high * 3 / 4, axis.high};
  return interval_rows(rows, axis, values, label, "");
}

std::string ratio_figure(std::span<const IntervalRow> rows, const std::string& label) {
  double low = 0.1;
  double high = 2;
  for (const IntervalRow& row : rows) {
    for (const double value : {row.estimate, row.interval.low, row.interval.high}) {
      if (std::isnan(value) || std::isinf(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  const Axis axis{std::pow(10, std::floor(std::log10(std::max(low, kSmallestRatio)))),
                  std::min(nice_above(high), 1000.0), true};
  std::vector<double> values;
  const auto decades = static_cast<int>(std::floor(std::log10(axis.high / axis.low) + 0.001));
  for (int decade = 0; decade <= decades; ++decade) {
    values.push_back(axis.low * std::pow(10, decade));
  }
  const double one = axis.place(1);
  const double bottom = 12 + kRow * static_cast<double>(rows.size());
  return interval_rows(rows, axis, values, label, line(one, 6, one, bottom, "one"));
}

std::string blocks_figure(const ExperimentResult& result, std::span<const BlockResult> blocks) {
  constexpr double kTop = 14;
  constexpr double kBottom = 174;
  const double end = kWidth - 20;
  const double left = 60;
  double most = 0;
  for (const BlockResult& block : blocks) most = std::max(most, rate_of(block));
  const double high = nice_above(most);
  std::string svg;
  for (const double part : {0.0, 0.5, 1.0}) {
    const double y = kBottom - part * (kBottom - kTop);
    svg += line(left, y, end, y, part == 0 ? "axis" : "grid");
    svg += words(left - 8, y + 4, "end", "quiet", format("%g", part * high));
  }
  const double step = (end - left) / static_cast<double>(std::max<size_t>(blocks.size(), 1));
  for (size_t i = 0; i < blocks.size(); i++) {
    const BlockResult& block = blocks[i];
    const std::string name(name_of(result.design.arms.at(static_cast<size_t>(block.arm))));
    const bool counts = block.trouble.empty();
    svg += dot(left + step * (static_cast<double>(i) + 0.5),
               kBottom - rate_of(block) / high * (kBottom - kTop),
               counts ? "arm-" + std::to_string(block.arm) : "void",
               "block " + std::to_string(i + 1) + ", " + name + ": " +
                   (counts ? number_text(rate_of(block)) + " a minute" : block.trouble));
  }
  double x = left;
  for (size_t arm = 0; arm < result.design.arms.size(); arm++) {
    svg += dot(x + 5, kBottom + 26, "arm-" + std::to_string(arm), "");
    svg += words(x + 16, kBottom + 30, "start", "", name_of(result.design.arms[arm]));
    x += 90;
  }
  svg += words(end, kBottom + 30, "end", "quiet", "blocks in the order of time");
  return figure(kBottom + 42, "Glitches a minute with a page fault inside, of every block", svg);
}

}  // namespace holdfast
