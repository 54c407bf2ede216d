// SPDX-License-Identifier: MIT
#include "cmd/own_names.h"

#include <pwd.h>
#include <unistd.h>

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
  if (const passwd* user = getpwuid(getuid()); user != nullptr) add(user->pw_name);
  for (const char* variable : {"USER", "LOGNAME", "SUDO_USER"}) {
    if (const char* name = std::getenv(variable); name != nullptr) add(name);
  }
  return names;
}

}  // namespace holdfast::cmd
