// SPDX-License-Identifier: MIT
// Lines of "some avg10=0.00 avg60=0.00 avg300=0.07 total=1085432394", total in microseconds.
#include "core/memory_stalls.h"

#include <optional>
#include <string>

#include "base/quantity.h"
#include "core/kernel_text.h"

namespace holdfast {
namespace {

std::optional<int64_t> total_ns(TextReader line) {
  constexpr std::string_view kKey = "total=";
  while (!line.take_rest().empty()) {
    const std::string_view field = line.take_field();
    if (!field.starts_with(kKey)) continue;
    const auto total = parse_number<int64_t>(field.substr(kKey.size()));
    if (!total || *total < 0 || *total > INT64_MAX / kMicrosecond.count) return std::nullopt;
    return *total * kMicrosecond.count;
  }
  return std::nullopt;
}

}  // namespace

Result<MemoryStalls> parse_memory_stalls(std::string_view text) {
  std::optional<int64_t> some;
  std::optional<int64_t> full;
  for (TextReader reader(text); !reader.is_at_end();) {
    TextReader line(reader.take_line());
    const std::string_view kind = line.take_field();
    if (kind == "some") some = total_ns(line);
    if (kind == "full") full = total_ns(line);
  }
  if (!some || !full) {
    return Error{ErrorKind::kBadData, 0, "not a pressure file: '" + std::string(text) + "'"};
  }
  return MemoryStalls{*some, *full};
}

}  // namespace holdfast
