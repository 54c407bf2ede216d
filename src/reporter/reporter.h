// SPDX-License-Identifier: MIT
// The reporter on a user's machine: his consent, and what follows from it for the queue. Nothing is
// written before he agrees; when he takes it back, the queue is emptied and one wish to delete is
// sent for every number that he had in the last 90 days.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "core/field_report.h"
#include "core/reporter_settings.h"
#include "reporter/report_queue.h"

namespace holdfast::reporter {

/// Where things are kept, and what program this is.
struct ReporterPlaces {
  std::string config_folder;  ///< Holds `reports.conf`.
  std::string state_folder;   ///< The queue.
};

/// By the XDG Base Directory Specification 0.8, from the environment. kUnavailable without HOME.
Result<ReporterPlaces> reporter_places();

/// The same in one folder of a program's own: FOLDER/reports.conf and FOLDER/reports. kUsage when
/// it is not an absolute path.
Result<ReporterPlaces> places_in(const std::string& folder);

/// Seconds since 1970, by the system's clock.
int64_t utc_seconds();

/// What became of a report.
enum class Submitted : uint8_t {
  kQueued,
  kAlreadyQueued,
  kNotSampled,  ///< A clean session that others stand for.
  kNoRoom,
  kGivenUp,  ///< It was given up before.
};

/// Settings and queue of one user. One thread; several processes may each have one.
class Reporter {
 public:
  /// `hour`: now, since 1970, UTC. `random_hex`: 16 fresh hex digits at each call. Nothing is
  /// written. Errors: the settings cannot be read.
  static Result<Reporter> open(const ReporterPlaces& places, int64_t hour,
                               std::function<std::string()> random_hex);

  /// The same with the hour that it is, and digits from the kernel.
  static Result<Reporter> open_now(const ReporterPlaces& places);

  [[nodiscard]] const ReporterSettings& settings() const { return settings_; }

  /// Keeps what `change` does to the settings; it is called under the lock, with what other
  /// processes have written meanwhile. With consent, an install id is drawn where one is due.
  Result<> change(const std::function<void(ReporterSettings&)>& change);

  /// Consent off, the queue emptied, deletions queued. How many reports were thrown away. `app`,
  /// `library`: as in reports.
  Result<int64_t> withdraw(const FieldApp& app, const std::string& library);

  /// What withdraw() would still do, had it been killed. To be called while something is pending,
  /// before anything else.
  Result<int64_t> finish_withdrawal(const FieldApp& app, const std::string& library);

  /// Completes a report of the trace for sending: id, install, consent, weight. `session`: a text
  /// that no other session has.
  void sign(FieldReport& report, const std::string& session) const;

  /// Queues a signed report, unless it is clean and others stand for it. kUsage without consent.
  Result<Submitted> submit(const FieldReport& report);

  /// Something was queued once.
  [[nodiscard]] bool has_queue() const;
  /// The queue; the folder is made. Errors: as ReportQueue::open().
  [[nodiscard]] Result<ReportQueue> queue() const;
  /// What one clean session stands for now.
  [[nodiscard]] int64_t clean_weight() const;

 private:
  Reporter(ReporterPlaces places, int64_t hour, std::function<std::string()> random_hex)
      : places_(std::move(places)), hour_(hour), random_hex_(std::move(random_hex)) {}
  Result<> read();
  Result<> write() const;

  ReporterPlaces places_;
  int64_t hour_;
  std::function<std::string()> random_hex_;
  ReporterSettings settings_;
  UploadPause pause_;
};

}  // namespace holdfast::reporter
