// SPDX-License-Identifier: MIT
// Asks a store of field reports, without changing it. The seam between what is shown and where it
// is kept: whatever store the same reports are in, the answers are the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "core/fleet_overview.h"

namespace holdfast::fleet {

/// How long lists get that could name every place, installation or report.
inline constexpr int64_t kMostLines = 20;
/// The most apps or versions to choose from.
inline constexpr int64_t kMostNames = 200;

/// One store, for reading. One thread at a time.
class FleetReader {
 public:
  FleetReader() = default;
  virtual ~FleetReader() = default;
  FleetReader(const FleetReader&) = delete;
  FleetReader& operator=(const FleetReader&) = delete;

  /// All that the pages show. Errors: kUnavailable.
  virtual Result<FleetOverview> overview(const FleetFilter& filter) = 0;

  /// The report as it came in, while it is kept.
  virtual Result<std::optional<std::string>> report(const ReportId& id) = 0;
};

}  // namespace holdfast::fleet
