// SPDX-License-Identifier: MIT
#include "fleet/clickhouse_place.h"

#include <algorithm>

#include "reporter/http_post.h"

namespace holdfast::fleet {
namespace {

constexpr std::string_view kClickhousePrefix = "clickhouse=";

bool is_identifier(std::string_view name) {
  const auto is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), is_fine);
}

bool can_be_header(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= ' '; });
}

}  // namespace

Result<std::optional<ClickhousePlace>> parse_clickhouse(std::string_view store) {
  if (!store.starts_with(kClickhousePrefix)) return std::optional<ClickhousePlace>();
  store.remove_prefix(kClickhousePrefix.size());
  ClickhousePlace place;
  while (!store.empty()) {
    const size_t end = std::min(store.find(','), store.size());
    std::string url(store.substr(0, end));
    store.remove_prefix(std::min(end + 1, store.size()));
    HF_TRY(reporter::check_address(url));
    if (url.find_first_of("?#") != std::string::npos) {
      return usage_error("the address " + url + " has more than a host and a port");
    }
    while (url.ends_with('/')) url.pop_back();
    place.urls.push_back(std::move(url));
  }
  if (place.urls.empty())
    return usage_error("--store clickhouse=http://HOST:8123 needs an address");
  return std::optional(std::move(place));
}

Result<> check_place(const ClickhousePlace& place) {
  if (!is_identifier(place.database)) return usage_error("--database is a name of a-z, 0-9 and _");
  if (!place.cluster.empty() && !is_identifier(place.cluster)) {
    return usage_error("--cluster is a name of a-z, 0-9 and _");
  }
  if (can_be_header(place.user) && can_be_header(place.password)) return Done{};
  return usage_error("ClickHouse's user and password have no line breaks");
}

}  // namespace holdfast::fleet
