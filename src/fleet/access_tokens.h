// SPDX-License-Identifier: MIT
// Who may send reports, and who may look at them. A token is shown once, when it is made; the file
// keeps its SHA-256. A token of an app ships inside that app, so it tells apps apart and keeps
// strangers' noise out; it proves nothing about who uses it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fleet/sqlite.h"

namespace holdfast::fleet {

/// In place of an app's name: the token opens the dashboard.
inline constexpr std::string_view kViewer;

/// One token that is valid.
struct AccessToken {
  int64_t number = 0;
  std::string app;  ///< kViewer, or whose reports it may bring.
  std::array<uint8_t, 32> digest{};
};

/// A token as it is listed: without its digest.
struct TokenEntry {
  int64_t number = 0;
  std::string app;
  int64_t created_day = 0;
  bool is_revoked = false;
};

/// Makes a token for `app` and returns it. An app may have several, so that one can replace
/// another. Errors: kUsage for a name that no report could have.
Result<std::string> add_token(SqliteDatabase& database, std::string_view app, int64_t today);

/// Makes token `number` invalid. Errors: kUsage when there is none.
Result<> revoke_token(SqliteDatabase& database, int64_t number);

Result<std::vector<TokenEntry>> list_tokens(SqliteDatabase& database);

/// Those that are valid.
Result<std::vector<AccessToken>> read_tokens(SqliteDatabase& database);

/// The token that `secret` is, or null. Takes as long for a wrong one as for a right one.
const AccessToken* find_token(const std::vector<AccessToken>& tokens, std::string_view secret);

}  // namespace holdfast::fleet
