// SPDX-License-Identifier: MIT
#include "fleet/shipper.h"

#include <algorithm>
#include <future>
#include <utility>

#include "core/shipped_report.h"
#include "fleet/clickhouse_schema.h"

namespace holdfast::fleet {
namespace {

using std::chrono::steady_clock;

// Less often than this, so that inserts are large; more often than people look at a page.
constexpr std::chrono::seconds kShipEvery{2};
constexpr int64_t kShipAtOnce = 10'000;
constexpr std::chrono::seconds kLongestPause{30};
// Each makes ClickHouse rewrite columns of whole weeks.
constexpr std::chrono::minutes kRemoveEvery{10};
constexpr std::chrono::hours kTidyEvery{1};

}  // namespace

Shipper::Shipper(Options options)
    : options_(std::move(options)),
      tidied_(steady_clock::now() - kTidyEvery),
      removed_(steady_clock::now() - kRemoveEvery) {}

Result<std::unique_ptr<Shipper>> Shipper::open(Options options) {
  std::unique_ptr<Shipper> shipper(new Shipper(std::move(options)));
  HF_TRY_ASSIGN(Outbox outbox, Outbox::open(shipper->options_.inbox));
  HF_TRY_ASSIGN(const OutboxMarks marks, outbox.marks());
  HF_TRY_ASSIGN(Clickhouse clickhouse,
                Clickhouse::open(shipper->options_.place,
                                 [self = shipper.get()] { return self->is_ending(); }));
  shipper->outbox_ = std::make_unique<Outbox>(std::move(outbox));
  shipper->clickhouse_ = std::make_unique<Clickhouse>(std::move(clickhouse));
  shipper->recount(marks.last - marks.shipped_to);
  shipper->thread_ = std::thread([self = shipper.get()] { self->run(); });
  return shipper;
}

Shipper::~Shipper() {
  finish();
}

void Shipper::arrived(int64_t reports) {
  bool is_enough = false;
  {
    const std::scoped_lock lock(mutex_);
    is_enough = counts_.waiting < kShipAtOnce && counts_.waiting + reports >= kShipAtOnce;
    counts_.waiting += reports;
  }
  if (is_enough) has_news_.notify_one();
}

bool Shipper::is_full() const {
  const std::scoped_lock lock(mutex_);
  return counts_.waiting >= options_.most_waiting;
}

ShippingCounts Shipper::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

bool Shipper::is_ending() const {
  const std::scoped_lock lock(mutex_);
  return is_ending_;
}

void Shipper::finish() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  has_news_.notify_one();
  if (thread_.joinable()) thread_.join();
}

/// False at the end. A full batch ends it early, but not what is left of a pause after a failure.
bool Shipper::wait() {
  std::unique_lock lock(mutex_);
  const bool is_pausing = pause_.count() > 0;
  has_news_.wait_for(lock, is_pausing ? pause_ : kShipEvery, [this, is_pausing] {
    return is_ending_ || (!is_pausing && counts_.waiting >= kShipAtOnce);
  });
  return !is_ending_;
}

void Shipper::run() {
  do {
    const Result<> worked = work();
    worked ? succeed() : fail(worked.error());
  } while (wait());
}

Result<> Shipper::work() {
  HF_TRY_ASSIGN(const OutboxMarks marks, outbox_->marks());
  recount(marks.last - marks.shipped_to);
  if (!has_tables_) HF_TRY(prepare_tables(*clickhouse_));
  has_tables_ = true;
  if (marks.last > marks.shipped_to || marks.frozen_to > marks.shipped_to) HF_TRY(ship(marks));
  HF_TRY(remove(marks));
  tidy();
  return Done{};
}

Result<> Shipper::ship(const OutboxMarks& marks) {
  HF_TRY_ASSIGN(const OutboxBatch batch, outbox_->read_batch(marks));
  if (batch.to > marks.frozen_to) {
    HF_TRY(change([this, &batch] { return outbox_->freeze(batch.to); }));
  }
  if (batch.reports > 0) {
    std::string columns;
    for (const ShippedColumn& column : shipped_columns()) {
      columns += (columns.empty() ? "" : ",") + std::string(column.name);
    }
    HF_TRY(clickhouse_->insert(kReportTable, columns, batch.rows.bytes()));
  }
  HF_TRY(change([this] { return outbox_->mark_shipped(); }));
  HF_TRY_ASSIGN(const OutboxMarks after, outbox_->marks());
  recount(after.last - after.shipped_to);
  const std::scoped_lock lock(mutex_);
  counts_.batches++;
  counts_.shipped += static_cast<uint64_t>(batch.reports);
  counts_.unreadable += static_cast<uint64_t>(batch.unreadable);
  return Done{};
}

/// arrived() is told late, and of wishes, too; and what is deleted waits no longer. So the file is
/// asked at every turn.
void Shipper::recount(int64_t waiting) {
  const std::scoped_lock lock(mutex_);
  counts_.waiting = std::max<int64_t>(waiting, 0);
}

Result<> Shipper::remove(const OutboxMarks& marks) {
  if (steady_clock::now() - removed_ < kRemoveEvery) return Done{};
  HF_TRY_ASSIGN(const auto removals, outbox_->removals(marks));
  if (removals.empty()) return Done{};
  HF_TRY(remove_rows(*clickhouse_, removals));
  HF_TRY(change([this, &removals] { return outbox_->drop_removals(removals); }));
  removed_ = steady_clock::now();
  return Done{};
}

/// What may wait until next time, whatever becomes of it.
void Shipper::tidy() {
  if (steady_clock::now() - tidied_ < kTidyEvery) return;
  tidied_ = steady_clock::now();
  const int64_t today = options_.today();
  static_cast<void>(clear_old_texts(*clickhouse_, today - options_.keep_days));
  static_cast<void>(merge_one_week(*clickhouse_, today));
}

/// Changes to the file are made between the transactions of its writer: SQLite lets one write at a
/// time, and whoever asks again and again may wait for long beside a busy one.
Result<> Shipper::change(const std::function<Result<>()>& step) {
  std::promise<Result<>> promise;
  auto outcome = promise.get_future();
  const bool is_taken = options_.on_writer([&step, &promise] { promise.set_value(step()); });
  if (!is_taken) return unavailable("the collector is ending");
  return outcome.get();
}

void Shipper::succeed() {
  pause_ = std::chrono::seconds{0};
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(counts_.is_reachable, true)) return;
  }
  if (options_.tell) options_.tell("clickhouse: works again");
}

void Shipper::fail(const Error& error) {
  pause_ = std::clamp(2 * pause_, std::chrono::seconds{1}, kLongestPause);
  int64_t waiting = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (is_ending_) return;
    counts_.failures++;
    counts_.last_error = error.what;
    waiting = counts_.waiting;
    if (!std::exchange(counts_.is_reachable, false)) return;
  }
  if (options_.tell) {
    options_.tell(error.what + "; " + std::to_string(waiting) +
                  " reports wait in the inbox, and it goes on taking more");
  }
}

}  // namespace holdfast::fleet
