// SPDX-License-Identifier: MIT
#include "core/load_target.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <utility>

#include "core/byte_size.h"

namespace holdfast {
namespace {

constexpr double kHighestShare = 0.95;  // beyond, the load itself would have no time to act
constexpr double kMostPerSecond = 1e9;

struct GoalWords {
  LoadGoal goal;
  std::string_view name;
  std::string_view example;
};

constexpr std::array<GoalWords, 6> kGoals = {{
    {LoadGoal::kPasses, "passes", ""},
    {LoadGoal::kStallsSome, "psi_some", "a share of time up to 95%, such as 40%"},
    {LoadGoal::kStallsFull, "psi_full", "a share of time up to 95%, such as 40%"},
    {LoadGoal::kSwapOut, "swap_out", "bytes per second, such as 50MB/s"},
    {LoadGoal::kRefaults, "refaults", "pages per second, such as 500/s"},
    {LoadGoal::kLeft, "left", "an amount of memory, such as 200MB"},
}};

constexpr std::array<std::pair<std::string_view, LoadGoal>, 5> kOptionNames = {
    {{"psi", LoadGoal::kStallsSome},
     {"psi-full", LoadGoal::kStallsFull},
     {"swap-out", LoadGoal::kSwapOut},
     {"refaults", LoadGoal::kRefaults},
     {"left", LoadGoal::kLeft}}};

const GoalWords& words_of(LoadGoal goal) {
  return kGoals.at(static_cast<size_t>(goal));
}

bool take_ending(std::string_view& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.remove_suffix(ending.size());
  return true;
}

/// A number above 0 and up to `most`.
std::optional<double> parse_amount(std::string_view text, double most) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == end;
  if (!is_number || !(value > 0) || value > most) return std::nullopt;
  return value;
}

std::optional<double> parse_bytes(std::string_view text) {
  const auto size = parse_byte_size(text);
  if (!size) return std::nullopt;
  return static_cast<double>(*size);
}

std::optional<double> parse_value(LoadGoal goal, std::string_view text) {
  switch (goal) {
    case LoadGoal::kPasses:
      return std::nullopt;
    case LoadGoal::kStallsSome:
    case LoadGoal::kStallsFull: {
      if (!take_ending(text, "%")) return std::nullopt;
      const auto percent = parse_amount(text, 100 * kHighestShare);
      return percent ? std::optional(*percent / 100) : std::nullopt;
    }
    case LoadGoal::kSwapOut:
      return take_ending(text, "/s") ? parse_bytes(text) : std::nullopt;
    case LoadGoal::kRefaults:
      return take_ending(text, "/s") ? parse_amount(text, kMostPerSecond) : std::nullopt;
    case LoadGoal::kLeft:
      return parse_bytes(text);
  }
  return std::nullopt;
}

std::string number_text(const char* format, double value) {
  std::array<char, 64> text = {};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace

Result<LoadTarget> parse_load_target(LoadGoal goal, std::string_view text) {
  if (const auto value = parse_value(goal, text)) return LoadTarget{goal, *value};
  return usage_error("'" + std::string(text) + "' is not " + std::string(words_of(goal).example));
}

Result<LoadTarget> parse_named_target(std::string_view text) {
  if (text == "passes") return LoadTarget{};
  const size_t sign = text.find('=');
  const std::string_view value = sign == std::string_view::npos ? "" : text.substr(sign + 1);
  for (const auto& [name, goal] : kOptionNames) {
    if (text.substr(0, sign) == name) return parse_load_target(goal, value);
  }
  return usage_error("'" + std::string(text) +
                     "' is no pressure; there are psi=40%, psi-full=10%, swap-out=50MB/s, "
                     "refaults=500/s, left=200MB and passes");
}

std::string load_value_text(LoadGoal goal, double value) {
  switch (goal) {
    case LoadGoal::kPasses:
      return number_text("%.0f passes", value);
    case LoadGoal::kStallsSome:
    case LoadGoal::kStallsFull:
      return number_text("%.1f %%", 100 * value);
    case LoadGoal::kSwapOut:
      return format_byte_size(static_cast<int64_t>(value)) + "/s";
    case LoadGoal::kRefaults:
      return number_text("%.0f /s", value);
    case LoadGoal::kLeft:
      return format_byte_size(static_cast<int64_t>(value));
  }
  return "";
}

std::string_view name_of(LoadGoal goal) {
  return words_of(goal).name;
}

std::vector<LoadTarget> staircase(const LoadTarget& target, int steps, double left_now_bytes) {
  std::vector<LoadTarget> stairs;
  const double start = target.goal == LoadGoal::kLeft ? left_now_bytes : 0;
  for (int step = 1; step <= steps; ++step) {
    stairs.push_back({target.goal, start + (target.value - start) * step / steps});
  }
  return stairs;
}

}  // namespace holdfast
