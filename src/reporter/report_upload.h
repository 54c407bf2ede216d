// SPDX-License-Identifier: MIT
// Sends what waits in the queue, in batches, until it is empty or something stands in the way. Each
// report is delivered at least once; the collector counts it once, by its id.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "reporter/report_queue.h"

namespace holdfast::reporter {

/// Where to, and how.
struct UploadOptions {
  std::string url;    ///< Of the collector, without /v1/reports.
  std::string token;  ///< Of the app; may be empty.
  std::string library;
  bool only_when_due = false;  ///< After a failure: not before its pause is over.
  /// Packs a body as gzip does, as gzip_text(); without it bodies go as they are.
  std::function<std::optional<std::string>(std::string_view)> pack;
  std::function<bool()> should_stop;
  std::function<int64_t()> now_s;  ///< Seconds since 1970.
  double random = 0.5;             ///< 0 to 1, for the pause after a failure.
};

/// What came of it.
struct UploadOutcome {
  int64_t delivered = 0;
  int64_t refused = 0;
  int64_t waiting = 0;        ///< Still in the queue.
  int64_t next_try_s = 0;     ///< When a failure's pause ends; 0 without one.
  bool is_too_early = false;  ///< Nothing was tried.
  bool is_elsewhere = false;  ///< Another process is sending just now.
  std::string trouble;        ///< Why some still wait; empty when none was left by a failure.
};

/// Errors: those of the queue, of HttpPost::open(), and kUsage without an address.
Result<UploadOutcome> upload(ReportQueue& queue, const UploadOptions& options);

}  // namespace holdfast::reporter
