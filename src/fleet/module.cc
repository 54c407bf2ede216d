// SPDX-License-Identifier: MIT
#include "fleet/module.h"

#include <chrono>

#include "fleet/fleet_reader.h"
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

Result<int64_t> revoke(const std::string& path, int64_t number, bool takes_out) {
  HF_TRY_ASSIGN(auto store, SqliteStore::open(path));
  HF_TRY_ASSIGN(SqliteDatabase database, open_database(path));
  HF_TRY(revoke_token(database, number));
  return takes_out ? store->take_out(number) : Result<int64_t>(0);
}

Result<FleetOverview> overview(const std::string& path, const FleetFilter& filter) {
  HF_TRY_ASSIGN(FleetReader reader, FleetReader::open(path));
  return reader.overview(filter);
}

}  // namespace
}  // namespace holdfast::fleet

const holdfast::fleet::Module hf_fleet_module = {
    .open_collector = holdfast::fleet::Collector::open,
    .parse_address = holdfast::fleet::parse_http_address,
    .add_token = holdfast::fleet::add,
    .list_tokens = holdfast::fleet::list,
    .revoke_token = holdfast::fleet::revoke,
    .read_overview = holdfast::fleet::overview,
};
