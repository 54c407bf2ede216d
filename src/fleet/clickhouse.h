// SPDX-License-Identifier: MIT
// ClickHouse in terms of this project: statements and rows over its HTTP interface, to whichever of
// the servers answers. Knows nothing of reports.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fleet/clickhouse_place.h"
#include "reporter/http_post.h"

namespace holdfast::fleet {

/// `text` as part of a statement, whatever is in it.
std::string quoted(std::string_view text);

/// Connections to the servers of one place, made when they are needed. One thread at a time.
class Clickhouse {
 public:
  /// `should_stop` is asked now and then while something is under way; it then fails.
  /// Errors: those of reporter::HttpPost::open(); no server needs to be there.
  static Result<Clickhouse> open(ClickhousePlace place, std::function<bool()> should_stop);

  /// The answer to a statement, from the first server that gives one. Errors: kUnavailable with the
  /// words of the last one.
  Result<std::string> ask(std::string_view statement);

  /// For what takes its time and goes on without us: waits for some seconds at most, which then is
  /// an error, too.
  Result<> order(std::string_view statement);

  /// Inserts rows, in the format RowBinary, into the columns named: all of them or none. After an
  /// error they may be there nevertheless.
  Result<> insert(std::string_view table, std::string_view columns, std::string_view rows);

  [[nodiscard]] const ClickhousePlace& place() const { return place_; }

 private:
  Clickhouse(ClickhousePlace place, std::function<bool()> should_stop)
      : place_(std::move(place)), should_stop_(std::move(should_stop)) {}
  Result<std::string> send(std::vector<reporter::HttpPost>& servers, std::string_view body);
  Result<std::vector<reporter::HttpPost>> connections(const std::string& settings,
                                                      reporter::HttpPostLimits limits);
  [[nodiscard]] std::vector<std::string> headers() const;

  ClickhousePlace place_;
  std::function<bool()> should_stop_;
  std::vector<reporter::HttpPost> askers_;  // one per server, in the same order
  std::vector<reporter::HttpPost> inserters_;
  std::string inserted_into_;
  size_t current_ = 0;  ///< The server that answered last.
};

}  // namespace holdfast::fleet
