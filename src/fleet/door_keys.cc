// SPDX-License-Identifier: MIT
#include "fleet/door_keys.h"

#include <algorithm>
#include <cctype>

namespace holdfast::fleet {
namespace {

bool begins_with_word(std::string_view text, std::string_view word) {
  return text.size() > word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

int base64_digit(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t place = kDigits.find(c);
  return place == std::string_view::npos ? -1 : static_cast<int>(place);
}

/// RFC 4648; stops at the first character that is no digit, such as the padding.
std::string from_base64(std::string_view text) {
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) break;
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xFFFFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255);
  }
  return bytes;
}

}  // namespace

std::string secret_of(std::string_view authorization) {
  constexpr std::string_view kBearer = "bearer ";
  constexpr std::string_view kBasic = "basic ";
  if (begins_with_word(authorization, kBearer)) {
    return std::string(authorization.substr(kBearer.size()));
  }
  if (!begins_with_word(authorization, kBasic)) return "";
  const std::string pair = from_base64(authorization.substr(kBasic.size()));
  const size_t colon = pair.find(':');
  return colon == std::string::npos ? "" : pair.substr(colon + 1);
}

bool is_own_name(std::string_view host) {
  if (host.starts_with("[::1]")) return true;
  const std::string_view name = host.substr(0, host.find(':'));
  return name == "127.0.0.1" || name == "localhost";
}

Result<DoorKeys> DoorKeys::open(const std::string& store_path) {
  HF_TRY_ASSIGN(SqliteDatabase database,
                SqliteDatabase::open(store_path, SqliteDatabase::Access::kRead));
  DoorKeys keys(std::move(database));
  keys.refresh();
  return keys;
}

void DoorKeys::refresh() {
  const auto version = database_.number("PRAGMA data_version");
  if (!version || *version == seen_version_) return;
  auto tokens = read_tokens(database_);
  const auto made = database_.number("SELECT count(*) FROM tokens WHERE app = ''");
  if (!tokens || !made) return;
  seen_version_ = *version;
  had_viewers_ = *made > 0;
  senders_.clear();
  viewers_.clear();
  for (AccessToken& token : *tokens) {
    (token.app == kViewer ? viewers_ : senders_).push_back(std::move(token));
  }
}

const AccessToken* DoorKeys::sender(const HttpRequest& request) const {
  return find_token(senders_, secret_of(request.authorization));
}

bool DoorKeys::may_look(const HttpRequest& request, bool is_behind_proxy) const {
  if (!had_viewers_ && !is_behind_proxy) return is_own_name(request.host);
  return find_token(viewers_, secret_of(request.authorization)) != nullptr;
}

}  // namespace holdfast::fleet
