// SPDX-License-Identifier: MIT
#include "fleet/wal_checkpoint.h"

#include <chrono>
#include <utility>

namespace holdfast::fleet {
namespace {

// Pages of 4 KiB. Whoever commits while a log is copied waits for the disk: with a log of 16 MB
// that was one request of twenty under full load, with one of 160 MB it is one of two hundred.
constexpr int kLongLog = 40000;
constexpr int kShortRest = 400;
// Nobody wrote for so long: a good moment, since whoever reads has to look through the log, too.
constexpr auto kQuiet = std::chrono::milliseconds(500);
// Somebody reads what the log holds, or the disk is full.
constexpr auto kPause = std::chrono::milliseconds(50);

}  // namespace

Result<std::unique_ptr<WalCheckpointer>> WalCheckpointer::open(const std::string& path) {
  HF_TRY_ASSIGN(SqliteDatabase database,
                SqliteDatabase::open(path, SqliteDatabase::Access::kWrite));
  HF_TRY(database.execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0"));
  return std::unique_ptr<WalCheckpointer>(new WalCheckpointer(std::move(database)));
}

WalCheckpointer::WalCheckpointer(SqliteDatabase database)
    : database_(std::move(database)), thread_([this] { run(); }) {}

WalCheckpointer::~WalCheckpointer() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  has_work_.notify_one();
  thread_.join();
}

bool WalCheckpointer::is_long() const {
  return frames_ >= kLongLog && frames_ - copied_ > kShortRest;
}

bool WalCheckpointer::is_nearly_copied() const {
  return frames_ >= kLongLog && frames_ - copied_ <= kShortRest && !is_copying_ &&
         frames_ - tried_at_ > kShortRest / 4;
}

void WalCheckpointer::after_commit(SqliteDatabase& writer, int frames) {
  std::unique_lock lock(mutex_);
  const bool had_news = std::exchange(has_news_, true);
  if (frames < frames_) copied_ = tried_at_ = 0;  // the log has begun anew
  frames_ = frames;
  if (is_long() || !had_news) has_work_.notify_one();
  if (!is_nearly_copied()) return;
  lock.unlock();
  const auto log = writer.checkpoint();
  lock.lock();
  tried_at_ = frames_;
  if (log) copied_ = log->copied;
}

void WalCheckpointer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    has_work_.wait(lock, [this] { return is_ending_ || has_news_; });
    has_news_ = false;
    has_work_.wait_for(lock, kQuiet, [this] { return is_ending_ || is_long(); });
    if (is_ending_) return;
    if (!is_long() && has_news_) continue;  // others are still writing
    is_copying_ = true;
    const int before = copied_;
    lock.unlock();
    const auto log = database_.checkpoint();
    lock.lock();
    is_copying_ = false;
    if (log && log->copied <= frames_) copied_ = log->copied;
    has_news_ |= !log || log->copied < log->frames;
    const bool is_stuck = !log || copied_ <= before;
    if (is_stuck) has_work_.wait_for(lock, kPause, [this] { return is_ending_; });
  }
}

}  // namespace holdfast::fleet
