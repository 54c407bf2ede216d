// SPDX-License-Identifier: MIT
// The collector of field reports: an HTTP server in front of one writer of one store. A report is
// acknowledged after it has reached the disk, and not before.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "fleet/clickhouse_place.h"
#include "fleet/http_server.h"

namespace holdfast::fleet {

/// How a collector is to run.
struct CollectorOptions {
  std::string store_path;  ///< A file: of everything, or the inbox of what goes on to ClickHouse.
  std::optional<ClickhousePlace> clickhouse;
  int64_t most_waiting = 4'000'000;          ///< Reports in the inbox before no more are taken in.
  HttpAddress listen{"127.0.0.1", 8787};     ///< For reports.
  HttpAddress dashboard{"127.0.0.1", 8788};  ///< For people; port 0 with an empty host: none.
  bool is_behind_proxy = false;              ///< Somebody else does TLS.
  HttpLimits limits;
  int64_t keep_days = 90;
  /// Asked ten times a second; true ends run().
  std::function<bool()> should_stop;
  /// Hears when ClickHouse is lost and found again; any thread.
  std::function<void(const std::string&)> tell;
};

/// What a collector has done when it ends.
struct CollectorSummary {
  uint64_t requests = 0;
  uint64_t stored = 0;
  uint64_t duplicates = 0;
  uint64_t refused = 0;
  uint64_t failed_commits = 0;
  uint64_t shipped = 0;
  int64_t waiting = 0;     ///< In the inbox, for ClickHouse.
  std::string last_error;  ///< Of a store; "" when there was none.
};

/// One collector.
class Collector {
 public:
  /// Opens the store and listens. Errors: kUsage for an address that others can reach without a
  /// proxy for TLS; kUnavailable when the store is of another version or in use by another
  /// collector, or an address is taken.
  static Result<std::unique_ptr<Collector>> open(const CollectorOptions& options);
  virtual ~Collector() = default;
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  [[nodiscard]] virtual uint16_t reports_port() const = 0;
  [[nodiscard]] virtual uint16_t dashboard_port() const = 0;

  /// Serves until it should stop; then every report that was taken in is stored and answered.
  virtual CollectorSummary run() = 0;

 protected:
  Collector() = default;
};

}  // namespace holdfast::fleet
