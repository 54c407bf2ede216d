// SPDX-License-Identifier: MIT
#include "fleet/collector.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <utility>

#include "fleet/collector_counts.h"
#include "fleet/dashboard.h"
#include "fleet/door_keys.h"
#include "fleet/gzip_body.h"
#include "fleet/open_reader.h"
#include "fleet/report_intake.h"
#include "fleet/shipper.h"
#include "fleet/sqlite_store.h"

namespace holdfast::fleet {
namespace {

using std::chrono::steady_clock;

constexpr size_t kReportDoor = 0;
/// So long may questions take that are under way at the end. ClickHouse may never answer.
constexpr std::chrono::seconds kLastAnswers{1};
constexpr const char* kPlainText = "text/plain; charset=utf-8";

int64_t hours_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::hours>(now).count();
}

HttpAnswer plain(int status, std::string text) {
  return {status, kPlainText, std::move(text) + "\n", {}};
}

HttpAnswer come_again() {
  HttpAnswer answer = plain(503, "busy; nothing was stored, send it again later");
  answer.headers.emplace_back("Retry-After", "5");
  return answer;
}

/// Held as long as this collector lives: two of them would each believe that they count alone.
class StoreLock {
 public:
  static Result<StoreLock> take(const std::string& store_path) {
    const std::string path = store_path + ".lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return system_error("cannot open " + path, errno);
    StoreLock lock(file);
    if (flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
    return unavailable(store_path + " is in use by another collector");
  }
  StoreLock(StoreLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  StoreLock& operator=(StoreLock&&) = delete;
  ~StoreLock() {
    if (file_ >= 0) close(file_);
  }

 private:
  explicit StoreLock(int file) : file_(file) {}
  int file_;
};

/// What a single report's request is told as a whole.
int status_of(const ReportAnswer& answer) {
  if (answer.status != "refused") return 200;
  return answer.why.starts_with("report_id: another") ? 409 : 422;
}

class HttpCollector final : public Collector {
 public:
  HttpCollector(CollectorOptions options, StoreLock lock, DoorKeys keys)
      : options_(std::move(options)), lock_(std::move(lock)), keys_(std::move(keys)) {}

  Result<> start(std::unique_ptr<SqliteStore> store) {
    std::vector<HttpAddress> addresses = {options_.listen};
    if (!options_.dashboard.host.empty()) addresses.push_back(options_.dashboard);
    HF_TRY_ASSIGN(server_,
                  HttpServer::open(addresses, options_.limits,
                                   [this](HttpRequest request, HttpServer::Respond respond) {
                                     handle(std::move(request), std::move(respond));
                                   }));
    const auto deliver = [this](std::function<void()> function) {
      server_->post(std::move(function));
    };
    HF_TRY_ASSIGN(auto reader, open_reader({options_.store_path, options_.clickhouse}, [this] {
                    return steady_clock::now() >= give_up_.load();
                  }));
    dashboard_ = std::make_unique<Dashboard>(std::move(reader), deliver);
    StoreWriter::Options writing;
    writing.keep_days =
        options_.clickhouse ? std::min(options_.keep_days, kInboxDays) : options_.keep_days;
    writing.today = [] { return hours_now() / 24; };
    writing.deliver = deliver;
    writer_ = std::make_unique<StoreWriter>(std::move(store), std::move(writing));
    return options_.clickhouse ? start_shipping() : Result<>(Done{});
  }

  [[nodiscard]] uint16_t reports_port() const override { return server_->port(kReportDoor); }
  [[nodiscard]] uint16_t dashboard_port() const override {
    return options_.dashboard.host.empty() ? uint16_t{0} : server_->port(1);
  }

  CollectorSummary run() override {
    server_->every(100, [this] {
      if (!options_.should_stop || !options_.should_stop()) return;
      give_up_ = steady_clock::now() + kLastAnswers;
      server_->stop();  // run() then ends when nobody waits for an answer any more
    });
    server_->every(1000, [this] { keys_.refresh(); });
    server_->run();
    give_up_ = steady_clock::now();
    if (shipper_) shipper_->finish();  // needs the writer
    writer_->finish();
    dashboard_->finish();
    return summary();
  }

 private:
  Result<> start_shipping() {
    Shipper::Options shipping;
    shipping.place = *options_.clickhouse;
    shipping.inbox = options_.store_path;
    shipping.most_waiting = options_.most_waiting;
    shipping.keep_days = options_.keep_days;
    shipping.today = [] { return hours_now() / 24; };
    shipping.on_writer = [this](std::function<void()> errand) {
      return writer_->run_between(std::move(errand));
    };
    shipping.tell = options_.tell;
    HF_TRY_ASSIGN(shipper_, Shipper::open(std::move(shipping)));
    return Done{};
  }

  [[nodiscard]] CollectorSummary summary() const {
    const StoreWriter::Counts writer = writer_->counts();
    const ShippingCounts shipping = shipper_ ? shipper_->counts() : ShippingCounts{};
    return {server_->counts().requests,
            counts_.stored,
            counts_.duplicates,
            counts_.refused_by_schema + counts_.refused_by_store,
            writer.failed_commits,
            shipping.shipped,
            shipping.waiting,
            writer.last_error.empty() ? shipping.last_error : writer.last_error};
  }

  void handle(HttpRequest request, HttpServer::Respond respond) {
    if (request.target == "/healthz") return respond(health());
    if (request.door == kReportDoor) {
      if (request.target != "/v1/reports")
        return respond(plain(404, "send reports to /v1/reports"));
      return take_reports(std::move(request), respond);
    }
    show(std::move(request), std::move(respond));
  }

  /// Well while what comes can be stored.
  HttpAnswer health() {
    const StoreWriter::Counts writer = writer_->counts();
    if (shipper_ && shipper_->is_full()) return plain(503, "the inbox is full");
    if (writer.last_commit_succeeded) return plain(200, "ok");
    return plain(503, "the store cannot be written");
  }

  void show(HttpRequest request, HttpServer::Respond respond) {
    if (request.method != "GET" && request.method != "HEAD") {
      return respond(plain(405, "only GET"));
    }
    if (!keys_.may_look(request, options_.is_behind_proxy)) {
      HttpAnswer answer = plain(401, "a viewer's token is needed: holdfast collect --add-viewer");
      answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"Holdfast field reports\"");
      return respond(answer);
    }
    if (request.target == "/metrics") {
      std::string text = metrics_text(counts_, server_->counts(), writer_->counts());
      if (shipper_) text += shipping_metrics(shipper_->counts());
      return respond({200, "text/plain; version=0.0.4; charset=utf-8", text, {}});
    }
    dashboard_->answer(std::move(request), std::move(respond));
  }

  void take_reports(HttpRequest request, const HttpServer::Respond& respond) {
    if (request.method != "POST") return respond(plain(405, "only POST"));
    const AccessToken* token = keys_.sender(request);
    if (token == nullptr) {
      counts_.unauthorized++;
      HttpAnswer answer = plain(401, "a token is needed: holdfast collect --add-app NAME");
      answer.headers.emplace_back("WWW-Authenticate", "Bearer");
      return respond(answer);
    }
    if (request.content_encoding == "gzip") {
      auto unpacked = unpack_gzip(request.body);
      if (!unpacked) {
        counts_.not_unpacked++;
        return respond(plain(400, unpacked.error().what));
      }
      request.body = std::move(*unpacked);
    } else if (!request.content_encoding.empty() && request.content_encoding != "identity") {
      return respond(plain(415, "content-encoding: gzip or none"));
    }
    const bool is_single = request.content_type.starts_with("application/json");
    Intake intake = take_in(request.body, is_single, *token, validator_, hours_now());
    if (intake.answers.empty()) return respond(plain(400, "no report"));
    store(std::make_shared<Intake>(std::move(intake)), is_single, respond);
  }

  void store(const std::shared_ptr<Intake>& intake, bool is_single,
             const HttpServer::Respond& respond) {
    counts_.refused_by_schema += intake->answers.size() - intake->good.size();
    if (intake->good.empty()) return respond(reports_answer(*intake, is_single));
    if (shipper_ && shipper_->is_full()) return busy(respond);
    Submission submission;
    submission.reports = std::exchange(intake->good, {});
    submission.on_end = [this, intake, is_single,
                         respond](const Result<std::vector<AppendOutcome>>& outcomes) {
      if (!outcomes) return busy(respond);
      complete(*intake, *outcomes);
      count(*outcomes);
      respond(reports_answer(*intake, is_single));
    };
    if (!writer_->offer(std::move(submission))) busy(respond);
  }

  static HttpAnswer reports_answer(const Intake& intake, bool is_single) {
    const int status = is_single ? status_of(intake.answers.front()) : 200;
    return {status,
            is_single ? "application/json" : "application/x-ndjson",
            answer_lines(intake.answers),
            {}};
  }

  void busy(const HttpServer::Respond& respond) {
    counts_.busy++;
    respond(come_again());
  }

  void count(const std::vector<AppendOutcome>& outcomes) {
    const uint64_t stored_before = counts_.stored;
    for (const AppendOutcome outcome : outcomes) {
      if (outcome == AppendOutcome::kStored) {
        counts_.stored++;
      } else if (outcome == AppendOutcome::kDuplicate) {
        counts_.duplicates++;
      } else {
        counts_.refused_by_store++;
      }
    }
    if (shipper_) shipper_->arrived(static_cast<int64_t>(counts_.stored - stored_before));
  }

  const CollectorOptions options_;
  StoreLock lock_;
  DoorKeys keys_;
  ReportValidator validator_;
  IntakeCounts counts_;
  std::unique_ptr<HttpServer> server_;  // before those that deliver to it: it outlives them
  std::unique_ptr<Dashboard> dashboard_;
  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<Shipper> shipper_;  // after the writer, which it needs to its end
  std::atomic<steady_clock::time_point> give_up_ = steady_clock::time_point::max();
};

Result<> check_addresses(const CollectorOptions& options) {
  for (const HttpAddress& address : {options.listen, options.dashboard}) {
    if (address.host.empty() || options.is_behind_proxy || is_loopback(address)) continue;
    return usage_error(address.host +
                       " can be reached from other machines, and this speaks no TLS: put a proxy "
                       "before it that does, and say --behind-proxy");
  }
  return Done{};
}

SqliteUse use_of(const CollectorOptions& options) {
  return options.clickhouse ? SqliteUse::kInbox : SqliteUse::kStore;
}

}  // namespace

Result<std::unique_ptr<Collector>> Collector::open(const CollectorOptions& options) {
  HF_TRY(check_addresses(options));
  // In this order: beside a file that is no store, nothing is left behind.
  HF_TRY_ASSIGN(auto store, SqliteStore::open(options.store_path, use_of(options)));
  HF_TRY_ASSIGN(StoreLock lock, StoreLock::take(options.store_path));
  HF_TRY_ASSIGN(DoorKeys keys, DoorKeys::open(options.store_path));
  auto collector = std::make_unique<HttpCollector>(options, std::move(lock), std::move(keys));
  HF_TRY(collector->start(std::move(store)));
  return std::unique_ptr<Collector>(std::move(collector));
}

}  // namespace holdfast::fleet
