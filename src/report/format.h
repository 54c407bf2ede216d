// SPDX-License-Identifier: MIT
// printf into a string. g++ 12 has no <format>.
#pragma once

#include <cstdio>
#include <string>

namespace holdfast {

/// What printf would print of `pattern` and `values`; at most 1023 bytes, what is longer is cut.
template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[1024];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

}  // namespace holdfast
