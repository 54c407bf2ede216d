// SPDX-License-Identifier: MIT
// Rules of the queue of reports, apart from its files: what a file's name tells, what is given up
// when room runs out, and when to try again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

/// Why a report is in the queue; how dear it is grows from left to right.
enum class QueuedKind : uint8_t { kClean, kGlitched, kDeletion };

/// One file of the queue. Its name says all of this but the size.
struct QueuedReport {
  int64_t hour = 0;   ///< When it was made; hours since 1970.
  int64_t tries = 0;  ///< How often it was sent in vain.
  QueuedKind kind = QueuedKind::kClean;
  std::string id;
  int64_t bytes = 0;

  friend bool operator==(const QueuedReport&, const QueuedReport&) = default;
};

/// "clean", "glitched", "deletion".
std::string_view name_of(QueuedKind kind);

/// "474400-0-glitched-018da332-5000-7c3e-9b1d-2f6a5c8e0d11.json".
std::string file_name_of(const QueuedReport& report);
/// The inverse, without size; nothing for any other file.
std::optional<QueuedReport> parse_queued_name(std::string_view name);

/// What a queue may hold.
struct QueueQuota {
  int64_t reports = 200;
  int64_t bytes = 5'000'000;
};

/// Which reports must go so that the rest keeps the quota: the oldest clean session first, then the
/// oldest other one; never the wish to be deleted. Indices into `reports`, in that order.
std::vector<size_t> surplus(const std::vector<QueuedReport>& reports, const QueueQuota& quota);

/// After 30 days of trying a report is given up.
inline constexpr int64_t kMostQueueHours = int64_t{30} * 24;
/// Old, by a clock that may be wrong: so ask only after a try that failed.
bool is_too_old(const QueuedReport& report, int64_t hour);

/// When to try again. Kept across runs.
struct UploadPause {
  int64_t failures = 0;      ///< In a row.
  int64_t until_s = 0;       ///< Not before; seconds since 1970.
  int64_t clean_weight = 1;  ///< As the collector said last.

  friend bool operator==(const UploadPause&, const UploadPause&) = default;
};
inline constexpr int64_t kLongestPauseSeconds = int64_t{6} * 3600;
inline constexpr int64_t kLongestAskedPauseSeconds = int64_t{24} * 3600;

std::string to_text(const UploadPause& pause);
UploadPause parse_upload_pause(std::string_view text);

/// One failure more at `now_s`: between 0 and 1, 2, 4 ... minutes, at most 6 hours, drawn with
/// `random` from 0 to 1 ("full jitter": M. Brooker, "Exponential Backoff And Jitter", AWS
/// Architecture Blog, 2015), and not before what the collector asked for.
UploadPause after_failure(UploadPause pause, int64_t now_s, double random,
                          std::optional<int64_t> retry_after_s);

/// True when it may be tried. A pause that ends later than any pause can is that of a clock that
/// was wrong.
bool is_due(const UploadPause& pause, int64_t now_s);

}  // namespace holdfast
