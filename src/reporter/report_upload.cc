// SPDX-License-Identifier: MIT
#include "reporter/report_upload.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/upload_reply.h"
#include "reporter/http_post.h"

namespace holdfast::reporter {
namespace {

constexpr size_t kMostReports = 50;
constexpr int64_t kMostBytes = 200'000;  // collectors take 256 KB
constexpr size_t kWorthPacking = 1000;

/// One upload, from its first batch to its last.
class Upload {
 public:
  Upload(ReportQueue& queue, const UploadOptions& options, HttpPost post)
      : queue_(queue), options_(options), post_(std::move(post)) {}

  Result<UploadOutcome> run() {
    HF_TRY_ASSIGN(pause_, queue_.pause());
    while (outcome_.trouble.empty() && !is_stopped()) {
      HF_TRY_ASSIGN(const auto batch, queue_.take_batch(most_reports_, kMostBytes, tried_));
      if (batch.empty()) break;
      const HttpReply reply = send(batch);
      HF_TRY(settle(batch, reply));
    }
    HF_TRY(keep_pause());
    HF_TRY_ASSIGN(const QueueStatus status, queue_.status());
    outcome_.waiting = std::ssize(status.waiting);
    return outcome_;
  }

 private:
  [[nodiscard]] bool is_stopped() const { return options_.should_stop && options_.should_stop(); }

  /// What the queue has given up is told here: schema 1 has no field for it.
  Result<std::string> loss_header() {
    HF_TRY_ASSIGN(const QueueStatus status, queue_.status());
    std::string header = "Holdfast-Dropped:";
    for (const Loss loss : {Loss::kQuota, Loss::kAge, Loss::kRefused, Loss::kWithdrawn}) {
      header += " " + std::string(name_of(loss)) + "=" + std::to_string(status.ledger.count(loss));
    }
    return header;
  }

  HttpReply send(const std::vector<WaitingReport>& batch) {
    std::string body;
    int64_t tries = 0;
    for (const WaitingReport& report : batch) {
      body += report.body + "\n";
      tries = std::max(tries, report.entry.tries);
    }
    std::vector<std::string> headers = {"Content-Type: application/x-ndjson",
                                        "User-Agent: " + options_.library,
                                        "Holdfast-Tries: " + std::to_string(tries)};
    if (!options_.token.empty()) headers.push_back("Authorization: Bearer " + options_.token);
    if (const auto losses = loss_header()) headers.push_back(*losses);
    if (body.size() < kWorthPacking || !may_pack_) return post_.send(body, headers);
    const auto packed = options_.pack(body);
    if (!packed) return post_.send(body, headers);
    headers.emplace_back("Content-Encoding: gzip");
    return post_.send(*packed, headers);
  }

  Result<> settle(const std::vector<WaitingReport>& batch, const HttpReply& reply) {
    if (reply.status == 0) return later(batch, reply.error, {});
    const UploadReply answers = parse_upload_reply(reply.body);
    if (answers.clean_weight) pause_.clean_weight = *answers.clean_weight;
    const std::string status = "the collector answered " + std::to_string(reply.status);
    switch (request_verdict(reply.status)) {
      case RequestVerdict::kAnswered:
        return answered(batch, answers);
      case RequestVerdict::kLater:
        return later(batch, status, reply.retry_after_s);
      case RequestVerdict::kTooMuch:
        return too_much(batch, answers, status);
      case RequestVerdict::kMisplaced:
        return later(batch, status + ": is the address right, and the token?", {});
      case RequestVerdict::kPlain:
        if (!may_pack_) return later(batch, status, {});
        may_pack_ = false;
        return again(batch);
    }
    return Done{};
  }

  Result<> answered(const std::vector<WaitingReport>& batch, const UploadReply& answers) {
    size_t understood = 0;
    for (const WaitingReport& report : batch) {
      const auto found = answers.reports.find(report.entry.id);
      const ReportReply answer = found == answers.reports.end() ? ReportReply{} : found->second;
      if (answer.verdict != ReportVerdict::kRetry) ++understood;
      HF_TRY(settle_one(report.entry, answer));
    }
    if (understood > 0) pause_ = {0, 0, pause_.clean_weight};
    if (understood == 0) fail("the collector's answer names none of the reports", {});
    return Done{};
  }

  Result<> settle_one(const QueuedReport& entry, const ReportReply& answer) {
    switch (answer.verdict) {
      case ReportVerdict::kDelivered:
        ++outcome_.delivered;
        return queue_.delivered(entry);
      case ReportVerdict::kRefused:
        ++outcome_.refused;
        return queue_.refused(entry, answer.why);
      case ReportVerdict::kRetry:
        tried_.push_back(entry.id);
        return queue_.failed(entry, hour());
    }
    return Done{};
  }

  /// The collector refuses the request as a whole: one of its reports is the reason, or their
  /// number. Halves find out which.
  Result<> too_much(const std::vector<WaitingReport>& batch, const UploadReply& answers,
                    const std::string& status) {
    if (!answers.reports.empty()) return answered(batch, answers);
    if (batch.size() == 1) {
      return settle_one(batch.front().entry, {ReportVerdict::kRefused, status});
    }
    most_reports_ = std::max<size_t>(batch.size() / 2, 1);
    return again(batch);
  }

  /// Back into the queue, as if it had not been tried.
  Result<> again(const std::vector<WaitingReport>& batch) {
    for (const WaitingReport& report : batch) {
      QueuedReport entry = report.entry;
      HF_TRY(queue_.put_back(entry));
    }
    return Done{};
  }

  Result<> later(const std::vector<WaitingReport>& batch, const std::string& why,
                 std::optional<int64_t> retry_after_s) {
    for (const WaitingReport& report : batch) {
      tried_.push_back(report.entry.id);
      HF_TRY(queue_.failed(report.entry, hour()));
    }
    fail(why, retry_after_s);
    return Done{};
  }

  void fail(const std::string& why, std::optional<int64_t> retry_after_s) {
    outcome_.trouble = why;
    if (is_stopped()) return;  // the user was in a hurry; nobody failed
    pause_ = after_failure(pause_, options_.now_s(), options_.random, retry_after_s);
    outcome_.next_try_s = pause_.until_s;
  }

  Result<> keep_pause() {
    HF_TRY_ASSIGN(const UploadPause kept, queue_.pause());
    return kept == pause_ ? Result<>(Done{}) : queue_.set_pause(pause_);
  }

  [[nodiscard]] int64_t hour() const { return options_.now_s() / kSecondsPerHour; }

  ReportQueue& queue_;
  const UploadOptions& options_;
  HttpPost post_;
  UploadPause pause_;
  UploadOutcome outcome_;
  std::vector<std::string> tried_;
  size_t most_reports_ = kMostReports;
  bool may_pack_ = static_cast<bool>(options_.pack);
};

std::string address_of(const std::string& url) {
  std::string address = url;
  while (address.ends_with('/')) address.pop_back();
  return address + "/v1/reports";
}

}  // namespace

Result<UploadOutcome> upload(ReportQueue& queue, const UploadOptions& options) {
  if (options.url.empty()) {
    return usage_error("where to? Give the collector's address with --to URL");
  }
  HF_TRY_ASSIGN(HttpPost post, HttpPost::open(address_of(options.url), options.should_stop));
  UploadOutcome outcome;
  HF_TRY_ASSIGN(const UploadPause pause, queue.pause());
  if (options.only_when_due && !is_due(pause, options.now_s())) {
    HF_TRY_ASSIGN(const QueueStatus status, queue.status());
    outcome.waiting = std::ssize(status.waiting);
    outcome.next_try_s = pause.until_s;
    outcome.is_too_early = true;
    return outcome;
  }
  HF_TRY_ASSIGN(const std::optional<FileLock> right, queue.begin_sending());
  if (!right) {
    outcome.is_elsewhere = true;
    return outcome;
  }
  return Upload(queue, options, std::move(post)).run();
}

}  // namespace holdfast::reporter
