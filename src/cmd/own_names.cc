// SPDX-License-Identifier: MIT
#include "cmd/own_names.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "core/kernel_text.h"

namespace holdfast::cmd {
namespace {

/// A shorter one would also be an ordinary word, such as the vm of vm.swappiness.
constexpr size_t kShortestName = 3;

}  // namespace

std::vector<std::string> own_names() {
  std::vector<std::string> names;
  const auto add = [&names](std::string_view name) {
    const bool is_ordinary = name == "root" || name == "localhost" || name.size() < kShortestName;
    if (!is_ordinary) names.emplace_back(name);
  };
  std::array<char, 256> host = {};
  gethostname(host.data(), host.size() - 1);
  TextReader labels(host.data());
  while (!labels.is_at_end()) add(labels.take_until('.'));
  // Of "ann@example.org" and "EXAMPLE\\ann", as directories name people, each part is a name.
  const auto add_user = [&add](const char* name) {
    std::string_view rest = name != nullptr ? name : "";
    add(rest);
    while (!rest.empty()) {
      const size_t end = std::min(rest.find_first_of("@\\"), rest.size());
      add(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  };
  if (const passwd* user = getpwuid(getuid()); user != nullptr) add_user(user->pw_name);
  for (const char* variable : {"USER", "LOGNAME", "SUDO_USER"}) add_user(std::getenv(variable));
  return names;
}

}  // namespace holdfast::cmd
