// SPDX-License-Identifier: MIT
// Where a ClickHouse is and who we are to it, as words of the command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast::fleet {

/// Servers that all know the same tables.
struct ClickhousePlace {
  std::vector<std::string> urls;  ///< http://HOST:PORT; the first that answers is asked.
  std::string database = "default";
  std::string cluster;  ///< "": one server alone.
  std::string user;     ///< "": whoever the server takes us for.
  std::string password;
};

/// Where a collector's reports are.
struct StorePlace {
  std::string file;  ///< Of everything, or the inbox.
  std::optional<ClickhousePlace> clickhouse;
};

/// The servers of "clickhouse=http://a:8123,http://b:8123"; nothing for a --store that is a file.
/// Errors: kUsage for an address that is none.
Result<std::optional<ClickhousePlace>> parse_clickhouse(std::string_view store);

/// Errors: kUsage for names of database and cluster that would need quoting, and for a user or
/// password that cannot stand in a header.
Result<> check_place(const ClickhousePlace& place);

}  // namespace holdfast::fleet
