// SPDX-License-Identifier: MIT
// Which of the tokens in the store a request carries. Tokens that are made or revoked while a
// collector runs take effect within a second.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fleet/access_tokens.h"
#include "fleet/http_server.h"
#include "fleet/sqlite.h"

namespace holdfast::fleet {

/// The secret in an Authorization header: "Bearer SECRET", or the password of "Basic ...". Empty
/// when there is none.
std::string secret_of(std::string_view authorization);

/// True for a Host header that names this machine itself. A page of somebody else's can make a
/// browser ask our loopback address, but then the header has that page's name in it.
bool is_own_name(std::string_view host);

/// The valid tokens of one store. One thread.
class DoorKeys {
 public:
  static Result<DoorKeys> open(const std::string& store_path);

  /// Reads the tokens again if the file has changed. When it cannot, those that were known stay.
  void refresh();

  /// Whose reports the request may bring; null when it has no valid token.
  [[nodiscard]] const AccessToken* sender(const HttpRequest& request) const;

  /// With a viewer's token; without one only from this machine, as long as none was ever made and
  /// no proxy stands before us, for whom everybody would be on this machine.
  [[nodiscard]] bool may_look(const HttpRequest& request, bool is_behind_proxy) const;

 private:
  explicit DoorKeys(SqliteDatabase database) : database_(std::move(database)) {}

  SqliteDatabase database_;
  std::vector<AccessToken> senders_;
  std::vector<AccessToken> viewers_;
  int64_t seen_version_ = -1;
  bool had_viewers_ = false;
};

}  // namespace holdfast::fleet
