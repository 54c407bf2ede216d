// SPDX-License-Identifier: MIT
// Reports on their way to a collector, on the user's disk: one file each, whose bytes never change
// once it is there. Whatever kills this program, and however many of it run at once, each report is
// in exactly one place: waiting, being sent, delivered, or in the ledger of what was given up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/queue_ledger.h"
#include "core/queued_report.h"
#include "reporter/durable_file.h"

namespace holdfast::reporter {

/// Reports tell their time to the hour.
inline constexpr int64_t kSecondsPerHour = 3600;

/// A report that waits, with its bytes.
struct WaitingReport {
  QueuedReport entry;
  std::string body;
};

/// What became of a new report.
enum class Enqueued : uint8_t {
  kWaits,
  kWasThere,  ///< It waited already.
  kNoRoom,    ///< Everything that waits is dearer.
  kGivenUp,   ///< It was given up before, and counted.
};

/// How the queue stands.
struct QueueStatus {
  std::vector<QueuedReport> waiting;
  int64_t bytes = 0;
  QueueLedger ledger;
  UploadPause pause;
  std::string last_refused;  ///< Why, and the report; empty when none ever was.
};

/// One folder. Holds `FOLDER/waiting`, `FOLDER/sending`, `FOLDER/ledger`, `FOLDER/pause`,
/// `FOLDER/refused`, and two locks. Every call may take as long as the disk; never the audio
/// thread. Errors: what the system says, with the path.
class ReportQueue {
 public:
  static Result<ReportQueue> open(const std::string& folder, QueueQuota quota = {});

  /// Keeps a report until it is delivered or given up; it is on the disk when this returns. Others
  /// go where there is no room, or this one does.
  Result<Enqueued> add(const QueuedReport& entry, std::string_view body);

  /// Gives up everything that waits, at the user's wish, deletions apart. How many.
  Result<int64_t> withdraw();

  Result<QueueStatus> status();

  /// The right to send: only one process has it. Nothing when another has. What a killed one left
  /// in between waits again.
  Result<std::optional<FileLock>> begin_sending();

  /// The next ones to send, oldest first, deletions before all: up to `reports` and `bytes`, at
  /// least one, none of `tried`. They cannot be given up for others from here on, until one of the
  /// four below is called for each. Needs the right to send.
  Result<std::vector<WaitingReport>> take_batch(size_t reports, int64_t bytes,
                                                const std::vector<std::string>& tried);
  Result<> delivered(const QueuedReport& entry);
  Result<> refused(const QueuedReport& entry, const std::string& why);
  /// It waits again, as before.
  Result<> put_back(const QueuedReport& entry);
  /// It waits again, with one try more; or is given up when it is too old at `hour`.
  Result<> failed(const QueuedReport& entry, int64_t hour);

  Result<UploadPause> pause() const;
  Result<> set_pause(const UploadPause& pause);

  /// The same lock that add() takes: what else belongs to the reporter is changed under it.
  [[nodiscard]] Result<FileLock> lock() const;

 private:
  ReportQueue(std::string folder, QueueQuota quota) : folder_(std::move(folder)), quota_(quota) {}

  [[nodiscard]] std::string place(std::string_view part) const;
  [[nodiscard]] std::string path_of(std::string_view part, const QueuedReport& entry) const;
  [[nodiscard]] Result<std::vector<QueuedReport>> list(std::string_view part) const;
  [[nodiscard]] Result<QueueLedger> read_ledger() const;
  Result<> give_up(Loss loss, const QueuedReport& entry, std::string_view part);
  Result<> clean_up();
  Result<> make_room(const QueuedReport& entry, bool& has_room);

  std::string folder_;
  QueueQuota quota_;
};

}  // namespace holdfast::reporter
