// SPDX-License-Identifier: MIT
#include "core/kilobyte_field.h"

#include <algorithm>
#include <charconv>

namespace holdfast {
namespace {

std::optional<int64_t> parse_kilobytes(std::string_view value) {
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  constexpr int64_t kLargest = INT64_MAX / 1024;
  int64_t kilobytes = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), kilobytes);
  if (error != std::errc() || kilobytes < 0 || kilobytes > kLargest) return std::nullopt;
  value.remove_prefix(static_cast<size_t>(end - value.data()));
  if (!value.starts_with(" kB")) return std::nullopt;
  return kilobytes * 1024;
}

}  // namespace

std::optional<int64_t> kilobyte_field(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ':') {
      return parse_kilobytes(line.substr(key.size() + 1));
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::nullopt;
}

}  // namespace holdfast
