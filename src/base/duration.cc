// SPDX-License-Identifier: MIT
#include "base/duration.h"

#include <array>

namespace holdfast {
namespace {

struct Unit {
  std::string_view name;
  int64_t ns;
};

constexpr std::array<Unit, 6> kUnits = {{{"h", 3'600'000'000'000},
                                         {"min", 60'000'000'000},
                                         {"s", 1'000'000'000},
                                         {"ms", 1'000'000},
                                         {"us", 1'000},
                                         {"ns", 1}}};
constexpr int64_t kLongest = int64_t{10} * 366 * 24 * 3'600'000'000'000;  // ten years

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Digits from `at` on; leaves `at` behind them. `scale` is 10^digits.
int64_t read_digits(std::string_view text, size_t& at, int64_t& scale) {
  int64_t value = 0;
  scale = 1;
  for (; at < text.size() && is_digit(text[at]) && scale < 1'000'000'000'000; at++) {
    value = value * 10 + (text[at] - '0');
    scale *= 10;
  }
  return value;
}

}  // namespace

Result<Nanos> parse_duration(std::string_view text) {
  const Error bad{
      ErrorKind::kUsage, 0,
      "'" + std::string(text) + "' is not a duration; write for example 10s, 400ms, 1h"};
  size_t at = 0;
  int64_t scale = 1;
  int64_t fraction_scale = 1;
  const int64_t whole = read_digits(text, at, scale);
  int64_t fraction = 0;
  if (at == 0) return bad;
  if (at < text.size() && text[at] == '.') fraction = read_digits(text, ++at, fraction_scale);
  for (const Unit& unit : kUnits) {
    if (text.substr(at) != unit.name) continue;
    const __int128 ns = static_cast<__int128>(whole) * unit.ns +
                        static_cast<__int128>(fraction) * unit.ns / fraction_scale;
    if (ns > kLongest) return bad;
    return Nanos(static_cast<int64_t>(ns));
  }
  return bad;
}

std::string to_text(Nanos duration) {
  for (const Unit& unit : kUnits) {
    if (duration.count % unit.ns == 0 && duration.count != 0) {
      return std::to_string(duration.count / unit.ns) + std::string(unit.name);
    }
  }
  return "0s";
}

}  // namespace holdfast
