// SPDX-License-Identifier: MIT
#include "fleet/access_tokens.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "core/report_forms.h"

namespace holdfast::fleet {
namespace {

using Digest = std::array<uint8_t, 32>;

Digest digest_of(std::string_view secret) {
  Digest digest{};
  HF_CHECK(
      EVP_Digest(secret.data(), secret.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return digest;
}

/// 256 bits of the kernel's randomness; the prefix is for scanners of leaked secrets.
Result<std::string> draw_secret() {
  std::array<uint8_t, 32> random{};
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return system_error("cannot draw a token", errno);
  }
  constexpr const char* kDigits = "0123456789abcdef";
  std::string secret = "hfr_";
  for (const uint8_t byte : random) {
    secret += kDigits[byte >> 4];
    secret += kDigits[byte & 15];
  }
  return secret;
}

}  // namespace

Result<std::string> add_token(SqliteDatabase& database, std::string_view app, int64_t today) {
  if (app != kViewer && !is_plain_name(app)) {
    return usage_error("an app's name is 1 to 64 of a-z, 0-9, dot, underscore, minus");
  }
  HF_TRY_ASSIGN(std::string secret, draw_secret());
  const Digest digest = digest_of(secret);
  HF_TRY_ASSIGN(SqliteStatement insert,
                database.prepare("INSERT INTO tokens(app, digest, created_day) VALUES(?,?,?)"));
  HF_TRY(insert.bind(app).bind_bytes(digest.data(), digest.size()).bind(today).run());
  return secret;
}

Result<> revoke_token(SqliteDatabase& database, int64_t number) {
  HF_TRY_ASSIGN(SqliteStatement update,
                database.prepare("UPDATE tokens SET is_revoked = 1 WHERE token = ?"));
  HF_TRY(update.bind(number).run());
  if (database.changes() == 1) return Done{};
  return usage_error("there is no token " + std::to_string(number) + "; --tokens lists them");
}

Result<std::vector<TokenEntry>> list_tokens(SqliteDatabase& database) {
  HF_TRY_ASSIGN(SqliteStatement select,
                database.prepare("SELECT token, app, created_day, is_revoked FROM tokens "
                                 "ORDER BY token"));
  std::vector<TokenEntry> entries;
  while (true) {
    HF_TRY_ASSIGN(const bool has_row, select.step());
    if (!has_row) return entries;
    entries.push_back({select.integer(0), std::string(select.text(1)), select.integer(2),
                       select.integer(3) != 0});
  }
}

Result<std::vector<AccessToken>> read_tokens(SqliteDatabase& database) {
  HF_TRY_ASSIGN(SqliteStatement select,
                database.prepare("SELECT token, app, digest FROM tokens WHERE is_revoked = 0"));
  std::vector<AccessToken> tokens;
  while (true) {
    HF_TRY_ASSIGN(const bool has_row, select.step());
    if (!has_row) return tokens;
    AccessToken token{select.integer(0), std::string(select.text(1)), {}};
    const std::string_view digest = select.text(2);
    if (digest.size() != token.digest.size()) continue;
    std::copy(digest.begin(), digest.end(), token.digest.begin());
    tokens.push_back(std::move(token));
  }
}

const AccessToken* find_token(const std::vector<AccessToken>& tokens, std::string_view secret) {
  const Digest digest = digest_of(secret);
  const AccessToken* found = nullptr;
  for (const AccessToken& token : tokens) {
    if (CRYPTO_memcmp(digest.data(), token.digest.data(), digest.size()) == 0) found = &token;
  }
  return found;
}

}  // namespace holdfast::fleet
