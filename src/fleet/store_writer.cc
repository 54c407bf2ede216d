// SPDX-License-Identifier: MIT
#include "fleet/store_writer.h"

#include <iterator>
#include <utility>

namespace holdfast::fleet {
namespace {

size_t bytes_of(const Submission& submission) {
  constexpr size_t kBesideText = 1024;  // what the values of a report take, about
  size_t bytes = 0;
  for (const IncomingReport& incoming : submission.reports) {
    bytes += incoming.text.size() + kBesideText;
  }
  return bytes;
}

/// The outcomes of a whole transaction, cut up again. An error is everybody's.
void tell(const std::vector<Submission>& submissions,
          const Result<std::vector<AppendOutcome>>& outcomes) {
  size_t next = 0;
  for (const Submission& submission : submissions) {
    if (!outcomes) {
      submission.on_end(outcomes);
      continue;
    }
    const auto first = outcomes->begin() + static_cast<std::ptrdiff_t>(next);
    next += submission.reports.size();
    const auto last = outcomes->begin() + static_cast<std::ptrdiff_t>(next);
    submission.on_end(std::vector<AppendOutcome>(first, last));
  }
}

}  // namespace

StoreWriter::StoreWriter(std::unique_ptr<Store> store, Options options)
    : store_(std::move(store)), options_(std::move(options)), thread_([this] { run(); }) {}

StoreWriter::~StoreWriter() {
  finish();
}

bool StoreWriter::offer(Submission submission) {
  const size_t bytes = bytes_of(submission);
  {
    const std::scoped_lock lock(mutex_);
    if (is_ending_ || counts_.waiting_bytes + bytes > options_.most_waiting_bytes) {
      counts_.refused++;
      return false;
    }
    counts_.waiting_bytes += bytes;
    waiting_.push_back(std::move(submission));
  }
  has_work_.notify_one();
  return true;
}

bool StoreWriter::run_between(std::function<void()> errand) {
  {
    const std::scoped_lock lock(mutex_);
    if (is_ending_) return false;
    errands_.push_back(std::move(errand));
  }
  has_work_.notify_one();
  return true;
}

void StoreWriter::finish() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  has_work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

StoreWriter::Counts StoreWriter::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

/// False at the end. Empty when it was woken to look for old reports.
bool StoreWriter::take_waiting(std::vector<Submission>& taken) {
  std::unique_lock lock(mutex_);
  const auto is_due = [this] { return is_ending_ || !waiting_.empty() || !errands_.empty(); };
  // Without anything to write, the next day still makes reports old.
  if (!may_have_old_ && !has_wishes_) has_work_.wait_for(lock, std::chrono::minutes(10), is_due);
  taken = std::exchange(waiting_, {});
  return !taken.empty() || !errands_.empty() || !is_ending_;
}

void StoreWriter::run_errands() {
  std::vector<std::function<void()>> errands;
  {
    const std::scoped_lock lock(mutex_);
    errands = std::exchange(errands_, {});
  }
  for (const auto& errand : errands) errand();
}

void StoreWriter::run() {
  std::vector<Submission> taken;
  while (take_waiting(taken)) {
    if (!taken.empty()) write(std::exchange(taken, {}));
    run_errands();
    tidy();
  }
}

void StoreWriter::write(std::vector<Submission> submissions) {
  std::vector<IncomingReport> reports;
  size_t bytes = 0;
  for (Submission& submission : submissions) {
    bytes += bytes_of(submission);
    for (const IncomingReport& incoming : submission.reports) {
      has_wishes_ = has_wishes_ || incoming.report.kind == ReportKind::kDeletion;
    }
    std::move(submission.reports.begin(), submission.reports.end(), std::back_inserter(reports));
  }
  auto outcomes = store_->append(reports, options_.today());
  {
    const std::scoped_lock lock(mutex_);
    counts_.waiting_bytes -= bytes;
    outcomes ? counts_.commits++ : counts_.failed_commits++;
    counts_.last_commit_succeeded = outcomes.ok();
    if (!outcomes) counts_.last_error = outcomes.error().what;
  }
  options_.deliver([told = std::make_shared<std::vector<Submission>>(std::move(submissions)),
                    outcomes = std::move(outcomes)] { tell(*told, outcomes); });
}

/// A little at a time, between transactions: what is too old, once a day, and what somebody wishes
/// to be deleted.
void StoreWriter::tidy() {
  const int64_t today = options_.today();
  if (has_wishes_) {
    const auto was_any = store_->grant_wishes();
    has_wishes_ = was_any && *was_any;
  }
  if (!may_have_old_ && today == looked_on_day_) return;
  looked_on_day_ = today;
  const auto forgotten = store_->retain(today - options_.keep_days);
  may_have_old_ = forgotten && *forgotten > 0;
  const std::scoped_lock lock(mutex_);
  if (forgotten) counts_.forgotten += static_cast<uint64_t>(*forgotten);
}

}  // namespace holdfast::fleet
