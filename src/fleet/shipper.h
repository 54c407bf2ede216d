// SPDX-License-Identifier: MIT
// The thread that brings reports from a collector's file to ClickHouse. It takes its time: a report
// was acknowledged when it reached the file, and stays there until ClickHouse has it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "fleet/clickhouse.h"
#include "fleet/outbox.h"

namespace holdfast::fleet {

/// What it has done so far.
struct ShippingCounts {
  uint64_t shipped = 0;  ///< Reports that have arrived.
  uint64_t batches = 0;
  uint64_t failures = 0;    ///< Attempts that came to nothing.
  uint64_t unreadable = 0;  ///< Reports that this version finds bad; they stay in the file.
  int64_t waiting = 0;      ///< Reports that are acknowledged and not yet there.
  bool is_reachable = true;
  std::string last_error;
};

/// Ships until it is finished. Every method may be called by any thread.
class Shipper {
 public:
  struct Options {
    ClickhousePlace place;
    std::string inbox;         ///< A collector's file, opened for shipping.
    int64_t most_waiting = 0;  ///< Reports; at as many it is full.
    int64_t keep_days = 90;    ///< How long texts of reports stay in ClickHouse.
    std::function<int64_t()> today;
    /// Runs what it gets on the thread that writes to the file, soon. False: it has ended.
    std::function<bool(std::function<void()>)> on_writer;
    /// Hears when the store is lost and found again.
    std::function<void(const std::string&)> tell;
  };

  /// No server needs to be there. Errors: those of Clickhouse::open() and Outbox::open().
  static Result<std::unique_ptr<Shipper>> open(Options options);
  ~Shipper();
  Shipper(const Shipper&) = delete;
  Shipper& operator=(const Shipper&) = delete;

  /// So many reports more are in the file.
  void arrived(int64_t reports);
  /// True while so many reports wait that no more should be taken in.
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] ShippingCounts counts() const;

  /// Breaks off what is under way and ends; the file remembers. The writer must still live.
  void finish();

 private:
  explicit Shipper(Options options);
  void run();
  Result<> work();
  Result<> ship(const OutboxMarks& marks);
  Result<> remove(const OutboxMarks& marks);
  void tidy();
  void recount(int64_t waiting);
  Result<> change(const std::function<Result<>()>& step);
  void succeed();
  void fail(const Error& error);
  bool wait();
  [[nodiscard]] bool is_ending() const;

  const Options options_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Clickhouse> clickhouse_;
  mutable std::mutex mutex_;
  std::condition_variable has_news_;
  ShippingCounts counts_;
  bool is_ending_ = false;
  bool has_tables_ = false;  // from here on: the shipping thread's
  std::chrono::seconds pause_{0};
  std::chrono::steady_clock::time_point tidied_;
  std::chrono::steady_clock::time_point removed_;
  std::thread thread_;
};

}  // namespace holdfast::fleet
