// SPDX-License-Identifier: MIT
// Which store is asked.
#pragma once

#include <functional>
#include <memory>

#include "fleet/clickhouse_place.h"
#include "fleet/fleet_reader.h"

namespace holdfast::fleet {

/// The reader of a place: ClickHouse where it names one, else the file. `should_stop` breaks a
/// question off. Errors: those of SqliteReader::open() and ClickhouseReader::open().
Result<std::unique_ptr<FleetReader>> open_reader(const StorePlace& place,
                                                 std::function<bool()> should_stop);

}  // namespace holdfast::fleet
