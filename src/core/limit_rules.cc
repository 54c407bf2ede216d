// SPDX-License-Identifier: MIT
#include "core/limit_rules.h"

#include <algorithm>
#include <array>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

constexpr std::array<std::string_view, 8> kItems = {"memlock", "rtprio", "nice", "priority",
                                                    "rttime",  "stack",  "as",   "data"};
/// Everybody, and groups that distributions make.
constexpr std::array<std::string_view, 12> kDomains = {
    "*",         "%",         "root",   "@root",  "@audio",        "@pipewire",
    "@realtime", "@jackuser", "@pulse", "@video", "@pulse-access", "@rtkit"};

}  // namespace

std::string limit_rules(std::string_view text, bool is_full) {
  std::string rules;
  TextReader reader(text);
  while (!reader.is_at_end()) {
    TextReader line(reader.take_until('\n'));
    const std::string_view domain = line.take_field();
    const std::string_view kind = line.take_field();
    const std::string_view item = line.take_field();
    const std::string_view limit = line.take_field();
    if (domain.starts_with('#') || limit.empty()) continue;
    if (std::find(kItems.begin(), kItems.end(), item) == kItems.end()) continue;
    const bool is_told =
        is_full || std::find(kDomains.begin(), kDomains.end(), domain) != kDomains.end();
    for (const std::string_view field : {is_told ? domain : "(somebody)", kind, item}) {
      rules += std::string(field) + " ";
    }
    rules += std::string(limit) + "\n";
  }
  return rules;
}

}  // namespace holdfast
