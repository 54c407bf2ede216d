// SPDX-License-Identifier: MIT
#include "core/byte_size.h"

#include <cctype>
#include <charconv>
#include <cstdio>

namespace holdfast {
namespace {

constexpr std::string_view kUnits = "KMGT";

Error not_a_size(std::string_view text) {
  return usage_error("'" + std::string(text) + "' is not a size; write it like 64M or 1.5G");
}

char upper(char c) {
  return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
}

/// The factor of "", "K", "MB", "GiB"...; 0 when it is no unit.
double factor_of(std::string_view unit) {
  double factor = 1;
  if (!unit.empty()) {
    const size_t power = kUnits.find(upper(unit[0]));
    if (power != std::string_view::npos) {
      for (size_t i = 0; i <= power; ++i) factor *= 1024;
      unit.remove_prefix(1);
      if (unit.size() == 2 && upper(unit[0]) == 'I') unit.remove_prefix(1);
    }
  }
  const bool is_complete = unit.empty() || (unit.size() == 1 && upper(unit[0]) == 'B');
  return is_complete ? factor : 0;
}

}  // namespace

Result<int64_t> parse_byte_size(std::string_view text) {
  constexpr double kLargest = 4611686018427387904.0;  // 2^62
  double number = 0;
  const auto parsed =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (parsed.ec != std::errc()) return not_a_size(text);
  const double size =
      number * factor_of(text.substr(static_cast<size_t>(parsed.ptr - text.data())));
  if (!(size >= 1 && size <= kLargest)) return not_a_size(text);
  return static_cast<int64_t>(size);
}

std::string format_byte_size(int64_t size_bytes) {
  if (size_bytes < 1024) return std::to_string(size_bytes) + " B";
  auto size = static_cast<double>(size_bytes) / 1024;
  size_t unit = 0;
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %ciB", size, kUnits[unit]);
  return text;
}

}  // namespace holdfast
