// SPDX-License-Identifier: MIT
#include "report/printable.h"

namespace holdfast {
namespace {

bool is_control(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return (byte < 0x20 && letter != '\n' && letter != '\t') || byte == 0x7f;
}

/// U+0080 to U+009F are C2 80 to C2 9F.
bool is_c1(std::string_view rest) {
  if (rest.size() < 2 || rest[0] != '\xc2') return false;
  const auto second = static_cast<unsigned char>(rest[1]);
  return second >= 0x80 && second <= 0x9f;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_c1(text.substr(i))) {
      result += '?';
      ++i;
    } else {
      result += is_control(text[i]) ? '?' : text[i];
    }
  }
  return result;
}

}  // namespace holdfast
