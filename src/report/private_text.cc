// SPDX-License-Identifier: MIT
#include "report/private_text.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "report/finding_text.h"

namespace holdfast {
namespace {

/// The first three are followed by an owner's name.
constexpr std::array<std::string_view, 6> kHomes = {"/home/", "/Users/", "/run/media/",
                                                    "/root/", "/media/", "/run/user/"};
constexpr size_t kNamedHomes = 3;
/// A shorter name is also an ordinary word.
constexpr size_t kShortestName = 3;

/// Beginnings of paths in a home, each with its last slash.
std::vector<std::string> all_homes(std::span<const std::string> homes) {
  std::vector<std::string> all(kHomes.begin(), kHomes.end());
  for (const std::string& home : homes) {
    const size_t end = home.find_last_not_of('/');
    if (end != std::string::npos) all.push_back(home.substr(0, end + 1) + "/");
  }
  return all;
}

/// Where the next home begins; npos: nowhere.
size_t find_home(std::string_view text, size_t from, std::span<const std::string> homes) {
  size_t found = std::string_view::npos;
  for (const std::string_view home : homes) found = std::min(found, text.find(home, from));
  return found;
}

/// A home itself, where nothing in it is named.
std::string without_bare_homes(std::string text, std::span<const std::string> homes) {
  for (const std::string& home : homes) {
    const std::string bare = home.substr(0, home.size() - 1);
    for (size_t at = text.find(bare); at != std::string::npos; at = text.find(bare, at + 3)) {
      const size_t end = at + bare.size();
      const bool goes_on =
          end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 ||
                                text[end] == '-' || text[end] == '_');
      if (!goes_on) text.replace(at, bare.size(), "...");
    }
  }
  return text;
}

constexpr size_t kAddressLength = 17;

/// Six pairs of hexadecimal digits with one separator.
bool is_address(std::string_view text) {
  if (text.size() < kAddressLength) return false;
  const char between = text[2];
  if (between != ':' && between != '_' && between != '-') return false;
  for (size_t i = 0; i < kAddressLength; i++) {
    const bool is_right =
        i % 3 == 2 ? text[i] == between : std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
    if (!is_right) return false;
  }
  return true;
}

/// Where in "usb-MAKER_MODEL_SERIAL-00" the serial number begins; 0 when `text` begins otherwise.
size_t serial_begin(std::string_view text) {
  if (!text.starts_with("usb-")) return 0;
  const std::string_view name = text.substr(0, text.find_first_of(" \t\n.,;:/\"')("));
  const size_t number = name.rfind('-');
  if (number < 4 || number + 3 != name.size()) return 0;
  const size_t underscore = name.rfind('_', number);
  return underscore == std::string_view::npos ? 0 : underscore + 1;
}

/// A path ends where one of these is followed by a blank, or by no further folder of its own:
/// "/home/ann/Songs (old)/x, of /usr" ends before the comma.
std::string_view path_at(std::string_view text, size_t begin) {
  size_t end = begin;
  while (true) {
    end = text.find_first_of(",;:\"')(\n", end);
    if (end >= text.size() || text[end] == '"' || text[end] == '\n') break;
    const size_t slash = text.find_first_of("/\"\n", end);
    const bool goes_on = slash < text.size() && text[slash] == '/' && text[end + 1] != ' ' &&
                         std::string_view(" ,;:(").find(text[slash - 1]) == std::string_view::npos;
    if (!goes_on) break;
    end = slash;
  }
  return text.substr(begin, end - begin);
}

/// "192.168.1.7" begins `text`: how long it is, or 0. Numbers of versions have other forms mostly.
size_t internet_address_length(std::string_view text) {
  size_t length = 0;
  for (int part = 0; part < 4; part++) {
    if (part > 0 && (length >= text.size() || text[length++] != '.')) return 0;
    size_t digits = 0;
    int value = 0;
    while (digits < 4 && length < text.size() && text[length] >= '0' && text[length] <= '9') {
      value = 10 * value + (text[length++] - '0');
      digits++;
    }
    if (digits == 0 || digits > 3 || value > 255) return 0;
  }
  return length;
}

}  // namespace

std::vector<std::string> home_owners(std::string_view text) {
  std::vector<std::string> owners;
  for (const std::string_view home : std::span(kHomes).first(kNamedHomes)) {
    for (size_t at = text.find(home); at != std::string_view::npos; at = text.find(home, at + 1)) {
      const std::string_view rest = text.substr(at + home.size());
      const std::string_view owner = rest.substr(0, rest.find_first_of("/ ,;:\"')(\n"));
      if (owner.size() >= kShortestName) owners.emplace_back(owner);
    }
  }
  return owners;
}

std::string without_private(std::string_view text, std::span<const std::string> names,
                            std::span<const std::string> homes) {
  const std::vector<std::string> folders = all_homes(homes);
  std::vector<std::string> all(names.begin(), names.end());
  for (std::string& owner : home_owners(text)) all.push_back(std::move(owner));
  std::string clean;
  size_t begin = 0;
  for (size_t home = find_home(text, 0, folders); home != std::string_view::npos;
       home = find_home(text, begin, folders)) {
    const std::string_view path = path_at(text, home);
    clean += text.substr(begin, home - begin);
    clean += "...";
    begin = home + path.rfind('/');
  }
  clean += text.substr(begin);
  return without_names(
      without_bare_homes(std::move(clean), std::span(folders).subspan(kHomes.size())), all);
}

std::string without_device_ids(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const bool is_number_before =
        !clean.empty() &&
        (std::isdigit(static_cast<unsigned char>(clean.back())) != 0 || clean.ends_with("so."));
    const size_t internet = is_number_before ? 0 : internet_address_length(text);
    if (is_address(text) || internet > 0) {
      clean += "(address)";
      text.remove_prefix(internet > 0 ? internet : kAddressLength);
    } else if (const size_t begin = serial_begin(text); begin != 0) {
      clean += text.substr(0, begin);
      clean += "(serial)";
      text.remove_prefix(text.find('-', begin));
    } else {
      clean += text.front();
      text.remove_prefix(1);
    }
  }
  return clean;
}

}  // namespace holdfast
