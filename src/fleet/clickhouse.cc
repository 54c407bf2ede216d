// SPDX-License-Identifier: MIT
#include "fleet/clickhouse.h"

#include <algorithm>
#include <utility>

namespace holdfast::fleet {
namespace {

constexpr long kAskSeconds = 60;
constexpr long kOrderSeconds = 5;
constexpr size_t kMostAnswerBytes = size_t{64} << 20;

// wait_end_of_query: an error on the way becomes a status, not the tail of an answer. in_order: two
// questions about one page reach the same replicas while these live. A dead replica must not make
// a change of the tables wait for minutes: it catches up by itself.
constexpr const char* kAskSettings =
    "/?wait_end_of_query=1&load_balancing=in_order&distributed_ddl_task_timeout=10&database=";
// insert_distributed_sync: the rows are on their shards when it returns, not in a queue on one
// disk.
constexpr const char* kInsertSettings = "/?insert_distributed_sync=1&database=";

constexpr const char* kHexDigits = "0123456789ABCDEF";

std::string hex_of(std::string_view bytes, const char* before) {
  std::string hex;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    hex += before;
    hex += kHexDigits[value >> 4];
    hex += kHexDigits[value & 15];
  }
  return hex;
}

/// What a server said, without the stack of its own calls.
std::string first_words(const std::string& body) {
  constexpr size_t kEnough = 300;
  std::string words = body.substr(0, std::min(body.find(", e.what()"), kEnough));
  std::replace_if(
      words.begin(), words.end(), [](unsigned char c) { return c < ' '; }, ' ');
  return words;
}

}  // namespace

std::string quoted(std::string_view text) {
  return "unhex('" + hex_of(text, "") + "')";
}

Result<Clickhouse> Clickhouse::open(ClickhousePlace place, std::function<bool()> should_stop) {
  HF_TRY(check_place(place));
  Clickhouse clickhouse(std::move(place), std::move(should_stop));
  HF_TRY_ASSIGN(clickhouse.askers_,
                clickhouse.connections(kAskSettings, {kAskSeconds, kMostAnswerBytes}));
  return clickhouse;
}

Result<std::vector<reporter::HttpPost>> Clickhouse::connections(const std::string& settings,
                                                                reporter::HttpPostLimits limits) {
  const size_t database = settings.find("database=") + std::string_view("database=").size();
  std::vector<reporter::HttpPost> posts;
  for (const std::string& url : place_.urls) {
    const std::string target = url + std::string(settings).insert(database, place_.database);
    HF_TRY_ASSIGN(reporter::HttpPost post, reporter::HttpPost::open(target, should_stop_, limits));
    posts.push_back(std::move(post));
  }
  return posts;
}

std::vector<std::string> Clickhouse::headers() const {
  std::vector<std::string> headers = {"Content-Type: application/octet-stream"};
  if (!place_.user.empty()) headers.push_back("X-ClickHouse-User: " + place_.user);
  if (!place_.password.empty()) headers.push_back("X-ClickHouse-Key: " + place_.password);
  return headers;
}

Result<std::string> Clickhouse::send(std::vector<reporter::HttpPost>& servers,
                                     std::string_view body) {
  std::string last;
  for (size_t i = 0; i < servers.size(); i++) {
    const size_t at = (current_ + i) % servers.size();
    reporter::HttpReply reply = servers[at].send(body, headers());
    if (reply.status == 200 && reply.body.size() < kMostAnswerBytes) {
      current_ = at;
      return std::move(reply.body);
    }
    last = "clickhouse at " + place_.urls[at] + ": ";
    last += reply.status == 0     ? reply.error
            : reply.status == 200 ? "the answer is longer than 64 MiB"
                                  : first_words(reply.body);
  }
  return unavailable(std::move(last));
}

Result<std::string> Clickhouse::ask(std::string_view statement) {
  return send(askers_, statement);
}

Result<> Clickhouse::order(std::string_view statement) {
  HF_TRY_ASSIGN(reporter::HttpPost server,
                reporter::HttpPost::open(place_.urls[current_] + kAskSettings + place_.database,
                                         should_stop_, {kOrderSeconds, 1 << 20}));
  const reporter::HttpReply reply = server.send(statement, headers());
  if (reply.status == 200) return Done{};
  return unavailable(reply.status == 0 ? reply.error : first_words(reply.body));
}

Result<> Clickhouse::insert(std::string_view table, std::string_view columns,
                            std::string_view rows) {
  const std::string statement =
      "INSERT INTO " + std::string(table) + " (" + std::string(columns) + ") FORMAT RowBinary";
  if (statement != inserted_into_) {
    HF_TRY_ASSIGN(inserters_, connections(kInsertSettings + ("&query=" + hex_of(statement, "%")),
                                          {kAskSeconds, 1 << 20}));
    inserted_into_ = statement;
  }
  HF_TRY_ASSIGN(const std::string answer, send(inserters_, rows));
  if (answer.empty()) return Done{};
  return unavailable("clickhouse at " + place_.urls[current_] +
                     ": rows were answered with: " + first_words(answer));
}

}  // namespace holdfast::fleet
