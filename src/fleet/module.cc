// SPDX-License-Identifier: MIT
#include "fleet/module.h"

#include <chrono>

#include "fleet/open_reader.h"
#include "fleet/outbox.h"
#include "fleet/sqlite_store.h"

namespace holdfast::fleet {
namespace {

/// The store, for what needs no collector. Made when it is not there.
Result<SqliteDatabase> open_database(const std::string& path) {
  HF_TRY(SqliteStore::open(path));
  return SqliteDatabase::open(path, SqliteDatabase::Access::kWrite);
}

Result<std::string> add(const std::string& path, std::string_view app) {
  HF_TRY_ASSIGN(SqliteDatabase database, open_database(path));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return add_token(database, app, std::chrono::duration_cast<std::chrono::days>(now).count());
}

Result<std::vector<TokenEntry>> list(const std::string& path) {
  HF_TRY_ASSIGN(SqliteDatabase database, open_database(path));
  return list_tokens(database);
}

Result<int64_t> revoke(const StorePlace& place, int64_t number, bool takes_out) {
  const SqliteUse use = place.clickhouse ? SqliteUse::kInbox : SqliteUse::kStore;
  HF_TRY_ASSIGN(auto store, SqliteStore::open(place.file, use));
  HF_TRY_ASSIGN(SqliteDatabase database, open_database(place.file));
  HF_TRY(revoke_token(database, number));
  if (takes_out && place.clickhouse) HF_TRY(remove_token_later(database, number));
  return takes_out ? store->take_out(number) : Result<int64_t>(0);
}

Result<FleetOverview> overview(const StorePlace& place, const FleetFilter& filter,
                               bool (*should_stop)()) {
  HF_TRY_ASSIGN(const auto reader, open_reader(place, should_stop));
  return reader->overview(filter);
}

}  // namespace
}  // namespace holdfast::fleet

const holdfast::fleet::Module hf_fleet_module = {
    .open_collector = holdfast::fleet::Collector::open,
    .parse_address = holdfast::fleet::parse_http_address,
    .parse_clickhouse = holdfast::fleet::parse_clickhouse,
    .add_token = holdfast::fleet::add,
    .list_tokens = holdfast::fleet::list,
    .revoke_token = holdfast::fleet::revoke,
    .read_overview = holdfast::fleet::overview,
};
