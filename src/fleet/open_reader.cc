// SPDX-License-Identifier: MIT
#include "fleet/open_reader.h"

#include <utility>

#include "fleet/clickhouse_reader.h"
#include "fleet/sqlite_reader.h"

namespace holdfast::fleet {

Result<std::unique_ptr<FleetReader>> open_reader(const StorePlace& place,
                                                 std::function<bool()> should_stop) {
  std::unique_ptr<FleetReader> reader;
  if (place.clickhouse) {
    HF_TRY_ASSIGN(reader, ClickhouseReader::open(*place.clickhouse, std::move(should_stop)));
  } else {
    HF_TRY_ASSIGN(reader, SqliteReader::open(place.file));
  }
  return reader;
}

}  // namespace holdfast::fleet
