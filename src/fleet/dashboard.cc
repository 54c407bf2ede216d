// SPDX-License-Identifier: MIT
#include "fleet/dashboard.h"

#include <chrono>
#include <utility>

#include "core/report_forms.h"
#include "fleet/overview_query.h"
#include "report/fleet_json.h"
#include "report/fleet_page.h"

namespace holdfast::fleet {
namespace {

constexpr size_t kMostWaiting = 16;
constexpr std::string_view kReportPath = "/report/";

int64_t today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::days>(now).count();
}

HttpAnswer page(int status, std::string body, std::string type = "text/html; charset=utf-8") {
  return {status,
          std::move(type),
          std::move(body),
          {{"Content-Security-Policy", kPagePolicy},
           {"X-Content-Type-Options", "nosniff"},
           {"Referrer-Policy", "no-referrer"},
           {"Cross-Origin-Resource-Policy", "same-origin"},
           {"Cache-Control", "no-store"}}};
}

HttpAnswer one_report(FleetReader& reader, std::string_view name) {
  const auto id = parse_report_id(name);
  const auto text = id ? reader.report(*id) : Result<std::optional<std::string>>(std::nullopt);
  if (!text) return page(503, missing_page("The store cannot be read now."));
  if (!*text)
    return page(404, missing_page("There is no such report, or it was kept long enough."));
  return page(200, report_page(name, **text));
}

}  // namespace

Dashboard::Dashboard(std::unique_ptr<FleetReader> reader, Deliver deliver)
    : reader_(std::move(reader)), deliver_(std::move(deliver)), thread_([this] { run(); }) {}

Dashboard::~Dashboard() {
  finish();
}

void Dashboard::answer(HttpRequest request, HttpServer::Respond respond) {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() < kMostWaiting && !is_ending_) {
      waiting_.push_back({std::move(request), std::exchange(respond, nullptr)});
    }
  }
  has_question_.notify_one();
  if (respond) respond({503, "text/plain; charset=utf-8", "busy\n", {{"Retry-After", "5"}}});
}

void Dashboard::finish() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  has_question_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::optional<Dashboard::Question> Dashboard::next() {
  std::unique_lock lock(mutex_);
  has_question_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
  if (waiting_.empty()) return std::nullopt;
  Question question = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  return question;
}

void Dashboard::run() {
  while (auto question = next()) {
    auto answer =
        std::make_shared<HttpAnswer>(dashboard_answer(*reader_, question->request, today()));
    deliver_([respond = std::move(question->respond), answer] { respond(*answer); });
  }
}

HttpAnswer dashboard_answer(FleetReader& reader, const HttpRequest& request, int64_t today) {
  const std::string_view path = path_of(request.target);
  if (path == "/style.css") return page(200, std::string(fleet_style()), "text/css; charset=utf-8");
  if (path.starts_with(kReportPath)) return one_report(reader, path.substr(kReportPath.size()));
  if (path != "/" && path != "/v1/stats") return page(404, missing_page("There is no such page."));
  const Result<FleetOverview> overview = reader.overview(filter_of(request.target));
  if (!overview) return page(503, missing_page("The store cannot be read now."));
  if (path == "/") return page(200, fleet_page(*overview, today));
  return page(200, fleet_json(*overview) + "\n", "application/json");
}

}  // namespace holdfast::fleet
