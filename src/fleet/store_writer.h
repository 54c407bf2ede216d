// SPDX-License-Identifier: MIT
// The one thread that writes to a store. Whatever has come while it was busy goes into its next
// transaction together: the busier it is, the less a report costs, and one alone never waits.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "fleet/store.h"

namespace holdfast::fleet {

/// Reports that came together, and whom to tell what became of them.
struct Submission {
  std::vector<IncomingReport> reports;
  /// Gets one outcome per report, after they have reached the disk.
  std::function<void(const Result<std::vector<AppendOutcome>>&)> on_end;
};

/// Owns the store. Every method may be called by any thread.
class StoreWriter {
 public:
  struct Options {
    size_t most_waiting_bytes = 24 << 20;  ///< What more than this would add is refused.
    int64_t keep_days = 90;                ///< How long reports stay; sums stay for good.
    /// Days since 1970.
    std::function<int64_t()> today;
    /// Runs what it gets on the thread that the callers live on.
    std::function<void(std::function<void()>)> deliver;
  };

  /// What it has done so far.
  struct Counts {
    uint64_t commits = 0;
    uint64_t failed_commits = 0;
    uint64_t refused = 0;  ///< Submissions for which there was no room.
    uint64_t forgotten = 0;
    size_t waiting_bytes = 0;
    bool last_commit_succeeded = true;
    std::string last_error;
  };

  StoreWriter(std::unique_ptr<Store> store, Options options);
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  /// False when too much is waiting already, or it is ending; then `on_end` is never called.
  bool offer(Submission submission);

  /// Runs `errand` on the writing thread, between two transactions, for others who change the same
  /// file. False when it is ending: then it never runs.
  bool run_between(std::function<void()> errand);

  /// Writes what is waiting, delivers the outcomes and ends.
  void finish();

  [[nodiscard]] Counts counts() const;

 private:
  void run();
  bool take_waiting(std::vector<Submission>& taken);
  void run_errands();
  void write(std::vector<Submission> submissions);
  void tidy();

  const std::unique_ptr<Store> store_;
  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::vector<Submission> waiting_;
  std::vector<std::function<void()>> errands_;
  Counts counts_;
  bool is_ending_ = false;
  bool may_have_old_ = true;  // these three: the writing thread's
  bool has_wishes_ = true;
  int64_t looked_on_day_ = 0;
  std::thread thread_;
};

}  // namespace holdfast::fleet
