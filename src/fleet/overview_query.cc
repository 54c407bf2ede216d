// SPDX-License-Identifier: MIT
#include "fleet/overview_query.h"

#include "core/report_forms.h"

namespace holdfast::fleet {
namespace {

/// Up to the next '&', which is taken away, too.
std::string_view take_pair(std::string_view& query) {
  const size_t end = std::min(query.find('&'), query.size());
  const std::string_view pair = query.substr(0, end);
  query.remove_prefix(std::min(end + 1, query.size()));
  return pair;
}

}  // namespace

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

FleetFilter filter_of(std::string_view target) {
  FleetFilter filter;
  const size_t begin = target.find('?');
  std::string_view query = begin == std::string_view::npos ? "" : target.substr(begin + 1);
  while (!query.empty()) {
    const std::string_view pair = take_pair(query);
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    // None of these ever needs an escape, so what has one fits nothing.
    if (name == "since") filter.first_day = parse_day(value).value_or(0);
    if (!is_plain_name(value)) continue;
    if (name == "app") filter.app = value;
    if (name == "version") filter.version = value;
    if (name == "arm") filter.arm = value;
  }
  return filter;
}

}  // namespace holdfast::fleet
