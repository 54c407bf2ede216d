// SPDX-License-Identifier: MIT
#include "report/html_parts.h"

#include <algorithm>
#include <cctype>

#include "base/format.h"
#include "report/html_text.h"

namespace holdfast {
namespace {

constexpr size_t kLongestHeadline = 100;

/// Presentation attributes and not a style, which the page's policy forbids.
std::string rectangle(double left, double width, std::string_view style) {
  return format("<rect x=\"%.3g\" width=\"%.3g\" class=\"", left, width) + std::string(style) +
         "\"/>";
}

std::string bar_svg(const std::string& label, const std::string& rectangles) {
  return "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" role=\"img\" "
         "aria-label=\"" +
         html_text(label) + "\">" + rectangles + "</svg>";
}

std::string cause_style(CauseKind cause) {
  return "cause-" + std::string(name_of(cause));
}

}  // namespace

std::string data_html(std::string_view path, int64_t value, std::string_view text) {
  return "<data value=\"" + std::to_string(value) + "\" data-path=\"" + html_text(path) + "\">" +
         html_text(text) + "</data>";
}

std::string card_html(std::string_view label, std::string_view value_html,
                      std::string_view below_html) {
  return "<div class=\"card\"><dt>" + html_text(label) + "</dt><dd><strong>" +
         std::string(value_html) + "</strong><small>" + std::string(below_html) +
         "</small></dd></div>\n";
}

std::string facts_html(const Facts& facts) {
  std::string html = "<dl class=\"facts\">\n";
  for (const auto& [name, value] : facts) {
    if (value.empty()) continue;
    html += "<div><dt>" + html_text(name) + "</dt><dd>" + html_text(value) + "</dd></div>\n";
  }
  return html + "</dl>\n";
}

std::pair<std::string, std::string> first_sentence(std::string_view text) {
  size_t end = text.size();
  for (size_t i = 0; i + 2 < text.size() && end == text.size(); i++) {
    const bool is_end = text[i] == '.' && text[i + 1] == ' ' &&
                        std::isupper(static_cast<unsigned char>(text[i + 2])) != 0;
    if (is_end) end = i + 1;
  }
  const size_t colon = text.find(": ");
  if (end > kLongestHeadline && colon < end) end = colon + 1;
  if (end == text.size()) return {std::string(text), ""};
  return {std::string(text.substr(0, end)), std::string(text.substr(end + 1))};
}

std::string words_of(CauseKind cause) {
  std::string words(name_of(cause));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string swatch_html(CauseKind cause) {
  return "<i class=\"swatch " + cause_style(cause) + "\"></i>";
}

std::string bar_html(double share, std::string_view style) {
  const double width = std::clamp(share, 0.0, 1.0) * 100;
  return bar_svg(percent_text(share), rectangle(0, width, style));
}

std::string budget_bar_html(const Glitch& glitch) {
  const auto all = static_cast<double>(lateness(glitch.gap).count);
  if (all <= 0) return "";
  std::vector<std::pair<CauseKind, Nanos>> causes;  // in the order of the budget
  for (const BudgetPart& part : glitch.budget) {
    const auto known = std::find_if(causes.begin(), causes.end(),
                                    [&](const auto& cause) { return cause.first == part.kind; });
    if (known == causes.end()) {
      causes.emplace_back(part.kind, part.time);
    } else {
      known->second += part.time;
    }
  }
  std::string label;
  std::string rectangles;
  double left = 0;
  for (const auto& [cause, time] : causes) {
    const double share = static_cast<double>(time.count) / all;
    label += (label.empty() ? "" : ", ") + words_of(cause) + " " + percent_text(share);
    rectangles += rectangle(left, share * 100, cause_style(cause));
    left += share * 100;
  }
  return bar_svg(label, rectangles);
}

std::string moment_text(Nanos since_begin) {
  const int64_t ms = since_begin.count / kMillisecond.count;
  const auto part = [](int64_t value) { return static_cast<long long>(value); };
  if (ms < 60'000) return format("%lld.%03lld s", part(ms / 1000), part(ms % 1000));
  const std::string seconds = format("%02lld.%03lld", part(ms / 1000 % 60), part(ms % 1000));
  if (ms < 3'600'000) return format("%lld:", part(ms / 60'000)) + seconds;
  return format("%lld:%02lld:", part(ms / 3'600'000), part(ms / 60'000 % 60)) + seconds;
}

}  // namespace holdfast
