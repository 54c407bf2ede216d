// SPDX-License-Identifier: MIT
// What people get to see of a store in a browser. Pages are made from a read-only connection on a
// thread of their own, so that a question over ten million sessions keeps no report waiting.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/result.h"
#include "fleet/fleet_reader.h"
#include "fleet/http_server.h"

namespace holdfast::fleet {

/// Answers the questions that people ask. One question is answered at a time; while it is, a few
/// wait, and more are told to come again.
class Dashboard {
 public:
  /// `deliver` runs what it gets on the serving thread.
  using Deliver = std::function<void(std::function<void()>)>;

  Dashboard(std::unique_ptr<FleetReader> reader, Deliver deliver);
  ~Dashboard();
  Dashboard(const Dashboard&) = delete;
  Dashboard& operator=(const Dashboard&) = delete;

  /// Answers a GET for a page, later. Serving thread.
  void answer(HttpRequest request, HttpServer::Respond respond);

  /// Answers what waits, and ends.
  void finish();

 private:
  struct Question {
    HttpRequest request;
    HttpServer::Respond respond;
  };
  void run();
  std::optional<Question> next();

  const std::unique_ptr<FleetReader> reader_;
  const Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable has_question_;
  std::vector<Question> waiting_;
  bool is_ending_ = false;
  std::thread thread_;
};

/// The answer to one GET; the pages and nothing else.
HttpAnswer dashboard_answer(FleetReader& reader, const HttpRequest& request, int64_t today);

}  // namespace holdfast::fleet
