// SPDX-License-Identifier: MIT
#include "reporter/report_queue.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace holdfast::reporter {
namespace {

constexpr std::string_view kWaiting = "waiting";
constexpr std::string_view kSending = "sending";
constexpr size_t kMostReportBytes = 1 << 20;
constexpr size_t kMostLedgerBytes = 8 << 20;
constexpr size_t kFoldLedgerBytes = 64 << 10;

bool is_listed(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool goes_first(const QueuedReport& a, const QueuedReport& b) {
  const bool is_a = a.kind == QueuedKind::kDeletion;
  const bool is_b = b.kind == QueuedKind::kDeletion;
  if (is_a != is_b) return is_a;
  return a.hour != b.hour ? a.hour < b.hour : a.id < b.id;
}

}  // namespace

Result<ReportQueue> ReportQueue::open(const std::string& folder, QueueQuota quota) {
  ReportQueue queue(folder, quota);
  HF_TRY(make_folders(queue.place(kWaiting)));
  HF_TRY(make_folders(queue.place(kSending)));
  return queue;
}

std::string ReportQueue::place(std::string_view part) const {
  return folder_ + "/" + std::string(part);
}

std::string ReportQueue::path_of(std::string_view part, const QueuedReport& entry) const {
  return place(part) + "/" + file_name_of(entry);
}

Result<FileLock> ReportQueue::lock() const {
  return FileLock::take(place("lock"));
}

Result<std::vector<QueuedReport>> ReportQueue::list(std::string_view part) const {
  std::vector<QueuedReport> reports;
  std::error_code error;
  std::filesystem::directory_iterator at(place(part), error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    auto report = parse_queued_name(at->path().filename().string());
    if (!report) continue;
    std::error_code gone;
    report->bytes = static_cast<int64_t>(at->file_size(gone));
    if (!gone) reports.push_back(*report);
  }
  if (error) return system_error("cannot list " + place(part), error.value());
  std::sort(reports.begin(), reports.end(), goes_first);
  return reports;
}

Result<QueueLedger> ReportQueue::read_ledger() const {
  HF_TRY_ASSIGN(const auto text, read_file(place("ledger"), kMostLedgerBytes));
  return parse_queue_ledger(text.value_or(""));
}

/// First the ledger, then the file: killed in between, the file is deleted later (clean_up()), and
/// the report was counted once.
Result<> ReportQueue::give_up(Loss loss, const QueuedReport& entry, std::string_view part) {
  HF_TRY(append_durably(place("ledger"), ledger_line(loss, entry)));
  return delete_file(path_of(part, entry));
}

/// What a process that was killed left half done. Under the lock, nobody else is half done.
Result<> ReportQueue::clean_up() {
  std::error_code error;
  for (const std::string_view part : {kWaiting, std::string_view()}) {
    for (const auto& file : std::filesystem::directory_iterator(place(part), error)) {
      if (!file.path().filename().string().starts_with(kUnfinishedPrefix)) continue;
      HF_TRY(delete_file(file.path().string()));
    }
  }
  HF_TRY_ASSIGN(const auto text, read_file(place("ledger"), kMostLedgerBytes));
  if (!text || text->empty()) return Done{};
  const QueueLedger ledger = parse_queue_ledger(*text);
  for (const std::string_view part : {kWaiting, kSending}) {
    HF_TRY_ASSIGN(const auto reports, list(part));
    for (const QueuedReport& report : reports) {
      if (ledger.reports.count(report.id) > 0) HF_TRY(delete_file(path_of(part, report)));
    }
  }
  const bool is_cut_off = text->back() != '\n';
  if (is_cut_off) return write_durably(folder_, "ledger", text->substr(0, text->rfind('\n') + 1));
  if (text->size() < kFoldLedgerBytes) return Done{};
  return write_durably(folder_, "ledger", folded_text(ledger));
}

Result<> ReportQueue::make_room(const QueuedReport& entry, bool& has_room) {
  HF_TRY_ASSIGN(std::vector<QueuedReport> reports, list(kWaiting));
  HF_TRY_ASSIGN(const auto in_flight, list(kSending));
  QueueQuota quota = quota_;
  for (const QueuedReport& report : in_flight) {
    --quota.reports;
    quota.bytes -= report.bytes;
  }
  reports.push_back(entry);
  for (const size_t victim : surplus(reports, quota)) {
    if (victim + 1 == reports.size()) has_room = false;
    HF_TRY(give_up(Loss::kQuota, reports[victim], kWaiting));
  }
  return Done{};
}

Result<Enqueued> ReportQueue::add(const QueuedReport& entry, std::string_view body) {
  HF_TRY_ASSIGN(const FileLock held, lock());
  HF_TRY(clean_up());
  for (const std::string_view part : {kWaiting, kSending}) {
    HF_TRY_ASSIGN(const auto reports, list(part));
    for (const QueuedReport& report : reports) {
      if (report.id == entry.id) return Enqueued::kWasThere;
    }
  }
  HF_TRY_ASSIGN(const QueueLedger ledger, read_ledger());
  if (ledger.reports.count(entry.id) > 0) return Enqueued::kGivenUp;
  QueuedReport sized = entry;
  sized.bytes = static_cast<int64_t>(body.size());
  bool has_room = true;
  HF_TRY(make_room(sized, has_room));
  if (!has_room) return Enqueued::kNoRoom;
  HF_TRY(write_durably(place(kWaiting), file_name_of(entry), body));
  return Enqueued::kWaits;
}

Result<int64_t> ReportQueue::withdraw() {
  HF_TRY_ASSIGN(const FileLock held, lock());
  HF_TRY(clean_up());
  int64_t count = 0;
  for (const std::string_view part : {kWaiting, kSending}) {
    HF_TRY_ASSIGN(const auto reports, list(part));
    for (const QueuedReport& report : reports) {
      if (report.kind == QueuedKind::kDeletion) continue;
      HF_TRY(give_up(Loss::kWithdrawn, report, part));
      ++count;
    }
  }
  HF_TRY(delete_file(place("refused")));
  return count;
}

Result<QueueStatus> ReportQueue::status() {
  HF_TRY_ASSIGN(const FileLock held, lock());
  HF_TRY(clean_up());
  QueueStatus status;
  HF_TRY_ASSIGN(status.waiting, list(kWaiting));
  HF_TRY_ASSIGN(const auto in_flight, list(kSending));
  status.waiting.insert(status.waiting.end(), in_flight.begin(), in_flight.end());
  for (const QueuedReport& report : status.waiting) status.bytes += report.bytes;
  HF_TRY_ASSIGN(status.ledger, read_ledger());
  HF_TRY_ASSIGN(status.pause, pause());
  HF_TRY_ASSIGN(const auto refused, read_file(place("refused"), kMostReportBytes));
  status.last_refused = refused.value_or("");
  return status;
}

Result<std::optional<FileLock>> ReportQueue::begin_sending() {
  HF_TRY_ASSIGN(std::optional<FileLock> right, FileLock::try_take(place("sender")));
  if (!right) return right;
  HF_TRY_ASSIGN(const FileLock held, lock());
  HF_TRY(clean_up());
  HF_TRY_ASSIGN(const auto left_behind, list(kSending));
  for (const QueuedReport& report : left_behind) {
    HF_TRY(move_file(path_of(kSending, report), path_of(kWaiting, report)));
  }
  return right;
}

Result<std::vector<WaitingReport>> ReportQueue::take_batch(size_t reports, int64_t bytes,
                                                           const std::vector<std::string>& tried) {
  HF_TRY_ASSIGN(const FileLock held, lock());
  HF_TRY_ASSIGN(const auto waiting, list(kWaiting));
  std::vector<WaitingReport> batch;
  for (const QueuedReport& entry : waiting) {
    if (is_listed(tried, entry.id)) continue;
    const bool is_full = batch.size() >= reports || entry.bytes > bytes;
    if (is_full && !batch.empty()) break;
    HF_TRY_ASSIGN(auto body, read_file(path_of(kWaiting, entry), kMostReportBytes));
    if (!body) continue;
    HF_TRY(move_file(path_of(kWaiting, entry), path_of(kSending, entry)));
    bytes -= entry.bytes;
    batch.push_back({entry, std::move(*body)});
  }
  return batch;
}

Result<> ReportQueue::delivered(const QueuedReport& entry) {
  HF_TRY_ASSIGN(const FileLock held, lock());
  return delete_file(path_of(kSending, entry));
}

Result<> ReportQueue::refused(const QueuedReport& entry, const std::string& why) {
  HF_TRY_ASSIGN(const FileLock held, lock());
  HF_TRY_ASSIGN(const auto body, read_file(path_of(kSending, entry), kMostReportBytes));
  // The user may have withdrawn it meanwhile: then it is counted, and no copy is kept.
  if (!body) return Done{};
  HF_TRY(write_durably(folder_, "refused", why + "\n" + *body));
  return give_up(Loss::kRefused, entry, kSending);
}

Result<> ReportQueue::failed(const QueuedReport& entry, int64_t hour) {
  HF_TRY_ASSIGN(const FileLock held, lock());
  HF_TRY_ASSIGN(const QueueLedger ledger, read_ledger());
  if (ledger.reports.count(entry.id) > 0) return Done{};
  if (is_too_old(entry, hour)) return give_up(Loss::kAge, entry, kSending);
  QueuedReport again = entry;
  ++again.tries;
  return move_file(path_of(kSending, entry), path_of(kWaiting, again));
}

Result<> ReportQueue::put_back(const QueuedReport& entry) {
  HF_TRY_ASSIGN(const FileLock held, lock());
  return move_file(path_of(kSending, entry), path_of(kWaiting, entry));
}

Result<UploadPause> ReportQueue::pause() const {
  HF_TRY_ASSIGN(const auto text, read_file(place("pause"), kMostReportBytes));
  return parse_upload_pause(text.value_or(""));
}

Result<> ReportQueue::set_pause(const UploadPause& pause) {
  HF_TRY_ASSIGN(const FileLock held, lock());
  return write_durably(folder_, "pause", to_text(pause));
}

}  // namespace holdfast::reporter
