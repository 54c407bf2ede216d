// SPDX-License-Identifier: MIT
// What lib/holdfast/fleet.so shows to the front end. Collector and statistics are a module, so that
// a program that counts glitches does not carry SQLite, an HTTP server and a JSON parser: all of
// their data would be locked with its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/fleet_overview.h"
#include "fleet/access_tokens.h"
#include "fleet/collector.h"
#include "version.h"

namespace holdfast::fleet {

/// Goes up with every change of this file and of what it includes.
inline constexpr uint32_t kModuleInterface = 2;

/// The sizes of what crosses the border, mixed: they give away most changes that were forgotten.
inline constexpr uint32_t kModuleLayout = sizeof(CollectorOptions) * 65536 +
                                          sizeof(CollectorSummary) * 256 + sizeof(TokenEntry) +
                                          sizeof(FleetOverview) + sizeof(StorePlace);

/// The entries. The first three members stay where they are, for ever.
struct Module {
  uint32_t interface_version = kModuleInterface;
  uint32_t layout = kModuleLayout;
  const char* version = HF_VERSION;

  /// Collector::open().
  Result<std::unique_ptr<Collector>> (*open_collector)(const CollectorOptions&) = nullptr;
  /// parse_http_address().
  Result<HttpAddress> (*parse_address)(std::string_view) = nullptr;
  /// parse_clickhouse().
  Result<std::optional<ClickhousePlace>> (*parse_clickhouse)(std::string_view store) = nullptr;
  /// Makes a token in the store at `path`, which is made when it is not there.
  Result<std::string> (*add_token)(const std::string& path, std::string_view app) = nullptr;
  /// The tokens of the store at `path`.
  Result<std::vector<TokenEntry>> (*list_tokens)(const std::string& path) = nullptr;
  /// Revokes token `number`; with `takes_out` also everything that came under it, from the sums,
  /// too. How many reports that were. With an inbox, its collector takes them out of ClickHouse.
  Result<int64_t> (*revoke_token)(const StorePlace& place, int64_t number,
                                  bool takes_out) = nullptr;
  /// FleetReader::overview() of the store there. `should_stop` breaks a long question off.
  Result<FleetOverview> (*read_overview)(const StorePlace& place, const FleetFilter& filter,
                                         bool (*should_stop)()) = nullptr;
};

}  // namespace holdfast::fleet

/// The one name that the module exports.
#define HF_FLEET_MODULE_SYMBOL "hf_fleet_module"
extern "C" {
// NOLINTNEXTLINE(readability-identifier-naming): a name of C
[[gnu::visibility("default")]] extern const holdfast::fleet::Module hf_fleet_module;
}
