// SPDX-License-Identifier: MIT
// printf into a string, and the words that every report needs. g++ 12 has no <format>.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace holdfast {

/// What printf would print of `pattern` and `values`; at most 1023 bytes, what is longer is cut.
template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[1024];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

/// "0x7f12": how addresses are written, in JSON too, since JavaScript numbers end at 2^53.
inline std::string hex_text(uint64_t number) {
  return format("0x%llx", static_cast<unsigned long long>(number));
}

/// "12 %": a share of 1, in whole percent.
inline std::string percent_text(double share) {
  return format("%.0f %%", share * 100);
}

/// "1 frame", "3 frames", "2 glitches".
inline std::string plural(int64_t count, std::string_view noun) {
  const char* ending = count == 1 ? "" : (noun.ends_with("ch") ? "es" : "s");
  return std::to_string(count) + " " + std::string(noun) + ending;
}

}  // namespace holdfast
