// SPDX-License-Identifier: MIT
#include "report/private_text.h"

#include <algorithm>
#include <array>

#include "report/finding_text.h"

namespace holdfast {
namespace {

constexpr std::array<std::string_view, 3> kHomes = {"/home/", "/Users/", "/root/"};
/// A shorter name is also an ordinary word.
constexpr size_t kShortestName = 3;

/// Where the next home begins; npos: nowhere.
size_t find_home(std::string_view text, size_t from) {
  size_t found = std::string_view::npos;
  for (const std::string_view home : kHomes) found = std::min(found, text.find(home, from));
  return found;
}

std::string_view path_at(std::string_view text, size_t begin) {
  return text.substr(begin, text.find_first_of(",;:\"')(\n", begin) - begin);
}

}  // namespace

std::vector<std::string> home_owners(std::string_view text) {
  std::vector<std::string> owners;
  for (const std::string_view home : {kHomes[0], kHomes[1]}) {
    for (size_t at = text.find(home); at != std::string_view::npos; at = text.find(home, at + 1)) {
      const std::string_view rest = text.substr(at + home.size());
      const std::string_view owner = rest.substr(0, rest.find_first_of("/ ,;:\"')(\n"));
      if (owner.size() >= kShortestName) owners.emplace_back(owner);
    }
  }
  return owners;
}

std::string without_private(std::string_view text, std::span<const std::string> names) {
  std::vector<std::string> all(names.begin(), names.end());
  for (std::string& owner : home_owners(text)) all.push_back(std::move(owner));
  std::string clean;
  size_t begin = 0;
  for (size_t home = find_home(text, 0); home != std::string_view::npos;
       home = find_home(text, begin)) {
    const std::string_view path = path_at(text, home);
    clean += text.substr(begin, home - begin);
    clean += "...";
    begin = home + path.rfind('/');
  }
  clean += text.substr(begin);
  return without_names(clean, all);
}

}  // namespace holdfast
