// SPDX-License-Identifier: MIT
// One POST over HTTP or HTTPS with libcurl, which knows proxies and certificates. The library is
// loaded when something is sent, not before: a program that counts glitches locks what it has
// loaded, and this would be 10 MB.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::reporter {

/// What came back. Status 0: nothing did, and `error` says why.
struct HttpReply {
  int status = 0;
  std::string error;
  std::string body;  ///< As much of it as the limits let in.
  std::optional<int64_t> retry_after_s;
};

/// What one exchange may take.
struct HttpPostLimits {
  long whole_seconds = 60;
  size_t most_reply_bytes = 1 << 20;
};

/// kUsage for an address that does not begin with http:// or https://.
Result<> check_address(const std::string& url);

/// Sends to one address, over one connection as long as it lasts. One thread.
class HttpPost {
 public:
  /// Errors: those of check_address(). `should_stop` is asked now and
  /// then while something is under way. kUnavailable without libcurl.
  static Result<HttpPost> open(const std::string& url, std::function<bool()> should_stop,
                               HttpPostLimits limits = {});

  HttpPost(HttpPost&&) noexcept;
  HttpPost& operator=(HttpPost&&) noexcept;
  ~HttpPost();

  /// Redirections are not followed: the token is for one address.
  HttpReply send(std::string_view body, const std::vector<std::string>& headers);

 private:
  struct Transfer;
  explicit HttpPost(std::unique_ptr<Transfer> transfer);
  std::unique_ptr<Transfer> transfer_;
};

}  // namespace holdfast::reporter
