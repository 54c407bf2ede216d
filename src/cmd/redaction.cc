// SPDX-License-Identifier: MIT
#include "cmd/redaction.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "cmd/own_names.h"
#include "report/private_text.h"

namespace holdfast::cmd {
namespace {

/// Also of the one for whom `sudo` runs this.
std::vector<std::string> own_homes() {
  std::vector<std::string> homes;
  const auto add = [&homes](const char* home) {
    if (home != nullptr && *home == '/') homes.emplace_back(home);
  };
  add(std::getenv("HOME"));
  if (const passwd* user = getpwuid(getuid()); user != nullptr) add(user->pw_dir);
  if (const char* name = std::getenv("SUDO_USER"); name != nullptr) {
    if (const passwd* user = getpwnam(name); user != nullptr) add(user->pw_dir);
  }
  return homes;
}

}  // namespace

Redaction::Redaction(bool is_full) : is_full_(is_full), homes_(own_homes()) {
  for (std::string& name : own_names()) names_.insert(std::move(name));
}

void Redaction::learn(std::string_view text) {
  for (std::string& owner : home_owners(text)) names_.insert(std::move(owner));
}

std::string Redaction::operator()(std::string_view text) const {
  if (is_full_) return std::string(text);
  const std::vector<std::string> names(names_.begin(), names_.end());
  return without_device_ids(without_private(text, names, homes_));
}

}  // namespace holdfast::cmd
