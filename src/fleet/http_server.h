// SPDX-License-Identifier: MIT
// An HTTP/1.1 server for a few kinds of small requests from anybody. What it guards against is in
// its limits: each request has one deadline, however slowly its bytes drip; connections, bytes per
// request and bytes of all requests together are bounded. Boost.Beast is in the .cc alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace holdfast::fleet {

/// What came in. `door` is the number of the listening address that it came to.
struct HttpRequest {
  size_t door = 0;
  std::string method;
  std::string target;
  std::string host;
  std::string authorization;
  std::string content_type;
  std::string content_encoding;
  std::string body;
};

/// What goes out.
struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Where to listen.
struct HttpAddress {
  std::string host;   ///< A numeric address.
  uint16_t port = 0;  ///< 0: any that is free.
};

/// "127.0.0.1:8787", "[::1]:8787". Errors: kUsage.
Result<HttpAddress> parse_http_address(std::string_view text);
/// True when nobody on other machines can reach it.
bool is_loopback(const HttpAddress& address);

/// The limits of a server.
struct HttpLimits {
  size_t header_bytes = 8 << 10;
  size_t body_bytes = 256 << 10;
  size_t bodies_bytes = 32 << 20;  ///< Of all requests that are being read.
  size_t connections = 2000;       ///< Beyond these, whoever comes is answered 503.
  int64_t deadline_ms = 10'000;    ///< For a whole request, from first wait to last byte.
};

/// What has happened at the door; all rise but `open`.
struct HttpCounts {
  std::atomic<int64_t> open{0};
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> turned_away{0};  ///< There were too many connections.
  std::atomic<uint64_t> out_of_time{0};  ///< Half a request had come when the deadline passed.
  std::atomic<uint64_t> malformed{0};    ///< What came was no HTTP, or was too large.
  std::atomic<uint64_t> requests{0};
};

/// One thread does everything; the handler runs on it and must not wait.
class HttpServer {
 public:
  /// To be called once, on the serving thread, and let go of there: see post().
  using Respond = std::function<void(const HttpAnswer&)>;
  using Handler = std::function<void(HttpRequest, Respond)>;

  /// Listens at the addresses at once; serves in run(). Errors: kUnavailable, kUsage.
  static Result<std::unique_ptr<HttpServer>> open(const std::vector<HttpAddress>& addresses,
                                                  const HttpLimits& limits, Handler handler);
  virtual ~HttpServer() = default;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Serves until stop(), and until every request that was handed to the handler is answered.
  virtual void run() = 0;
  /// Any thread.
  virtual void stop() = 0;
  /// Runs `function` on the serving thread. Any thread.
  virtual void post(std::function<void()> function) = 0;
  /// Runs `function` on the serving thread again and again, this far apart. Before run().
  virtual void every(int64_t milliseconds, std::function<void()> function) = 0;

  /// The port of address `door`, also where 0 was asked for.
  [[nodiscard]] virtual uint16_t port(size_t door) const = 0;
  [[nodiscard]] virtual const HttpCounts& counts() const = 0;

 protected:
  HttpServer() = default;
};

}  // namespace holdfast::fleet
