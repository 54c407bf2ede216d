// SPDX-License-Identifier: MIT
#include "core/lock_arm.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace holdfast {
namespace {

constexpr size_t kMostArms = 6;
constexpr std::array<std::string_view, 6> kNames = {"none", "stack", "data", "text", "plan", "all"};
constexpr std::array<std::string_view, 6> kWords = {
    "nothing locked",       "the stack locked", "data locked", "code and constants locked",
    "the lock plan locked", "everything locked"};

std::optional<LockArm> arm_named(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<LockArm>(found - kNames.begin());
}

Error refused(const std::string& why) {
  return {ErrorKind::kUsage, 0, "--arms " + why + "; for example none,plan,all"};
}

}  // namespace

std::string_view name_of(LockArm arm) {
  return kNames.at(static_cast<size_t>(arm));
}

std::string_view words_for(LockArm arm) {
  return kWords.at(static_cast<size_t>(arm));
}

bool is_same_throughout(const std::vector<LockArm>& arms) {
  return std::set<LockArm>(arms.begin(), arms.end()).size() <= 1;
}

Result<std::vector<LockArm>> parse_arms(std::string_view text) {
  std::vector<LockArm> arms;
  while (true) {
    const size_t comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    const auto arm = arm_named(name);
    if (!arm) {
      return refused("takes none, stack, data, text, plan and all, not '" + std::string(name) +
                     "'");
    }
    arms.push_back(*arm);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  if (arms.size() < 2 || arms.size() > kMostArms) return refused("takes two to six arms");
  const size_t different = std::set<LockArm>(arms.begin(), arms.end()).size();
  if (different != 1 && different != arms.size()) return refused("names an arm twice");
  return arms;
}

std::string to_text(const std::vector<LockArm>& arms) {
  std::string text;
  for (const LockArm arm : arms) {
    if (!text.empty()) text += ',';
    text += name_of(arm);
  }
  return text;
}

}  // namespace holdfast
