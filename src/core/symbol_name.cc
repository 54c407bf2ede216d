// SPDX-License-Identifier: MIT
#include "core/symbol_name.h"

#include <algorithm>

namespace holdfast {
namespace {

// Templates can have names of many kilobytes.
constexpr size_t kLongestName = 300;

/// Takes "const", "&", "[clone .cold]" and the like off the end: what can follow the parameters.
std::string_view without_qualifiers(std::string_view name) {
  constexpr std::string_view kQualifiers[] = {" const", " volatile", " &", " &&"};
  for (bool was_found = true; was_found;) {
    was_found = false;
    if (name.ends_with(']') && name.rfind(" [") != std::string_view::npos) {
      name = name.substr(0, name.rfind(" ["));
      was_found = true;
    }
    for (const std::string_view qualifier : kQualifiers) {
      if (!name.ends_with(qualifier)) continue;
      name.remove_suffix(qualifier.size());
      was_found = true;
    }
  }
  return name;
}

/// Where the parenthesis that ends `name` was opened.
size_t opening_of_last(std::string_view name) {
  int depth = 0;
  for (size_t i = name.size(); i-- > 0;) {
    if (name[i] == ')') ++depth;
    if (name[i] == '(' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 127;
}

/// The second and later bytes of a character in UTF-8.
bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

}  // namespace

std::string_view without_parameters(std::string_view demangled) {
  const std::string_view name = without_qualifiers(demangled);
  if (!name.ends_with(')')) return demangled;
  const size_t opening = opening_of_last(name);
  const bool is_whole_name = opening == std::string_view::npos || opening == 0;
  return is_whole_name ? demangled : name.substr(0, opening);
}

std::string in_one_line(std::string_view name) {
  size_t size = std::min(name.size(), kLongestName);
  while (size > 0 && size < name.size() && continues_character(name[size])) --size;
  std::string line(name.substr(0, size));
  std::replace_if(line.begin(), line.end(), is_control, '?');
  return size < name.size() ? line + "..." : line;
}

}  // namespace holdfast
