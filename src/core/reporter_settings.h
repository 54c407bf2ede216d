// SPDX-License-Identifier: MIT
// What a user has agreed to, and under which random number he reports. Kept as a short text file
// that he can read and change.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/field_report.h"

namespace holdfast {

/// An install whose reports are to be deleted; the request is not in the queue yet.
struct PendingDeletion {
  std::string install;
  int64_t hour = 0;  ///< When it was asked for; hours since 1970.

  friend bool operator==(const PendingDeletion&, const PendingDeletion&) = default;
};

/// An install id that was in use.
struct FormerInstall {
  std::string install;
  int64_t until_hour = 0;

  friend bool operator==(const FormerInstall&, const FormerInstall&) = default;
};

/// The file's content.
struct ReporterSettings {
  Consent consent = Consent::kOff;
  std::string install;       ///< 16 hex digits; empty while consent is off.
  int64_t install_hour = 0;  ///< When it was drawn.
  std::string salt;          ///< Never sent: with it, ids of reports cannot be guessed.
  std::string url;           ///< Of the collector; empty: none yet.
  std::string token;         ///< Of the app.
  int64_t clean_weight = 0;  ///< One of so many clean sessions is sent; 0: as the collector says.
  std::vector<FormerInstall> former;  ///< Not older than kInstallHours.
  std::vector<PendingDeletion> pending;

  friend bool operator==(const ReporterSettings&, const ReporterSettings&) = default;
};

/// An install id is used for 90 days.
inline constexpr int64_t kInstallHours = int64_t{90} * 24;
inline constexpr int64_t kMostCleanWeight = 1000;

/// One "key value" line per fact.
std::string to_text(const ReporterSettings& settings);
/// The inverse. Lines that are not understood are left out; a consent that is not understood is
/// off.
ReporterSettings parse_reporter_settings(std::string_view text);

/// Draws what the settings lack, or what is too old, from `random` (16 hex digits each); only with
/// consent. The clock may have been wrong: an install drawn in the future is new again. True when
/// something changed.
bool renew_install(ReporterSettings& settings, int64_t hour, std::string_view random_install,
                   std::string_view random_salt);

/// Consent is off, and everything under every install of the last 90 days is to be deleted.
void withdraw(ReporterSettings& settings, int64_t hour);

/// The random part of the id of a report about `session`, any text that no other session has: the
/// same at each try, so that a session that is reported twice counts once.
std::array<uint8_t, kReportIdBytes> session_digits(const ReporterSettings& settings,
                                                   std::string_view session);

/// Whether the report of a clean session is among the one of `weight` that are sent: drawn from its
/// id, and so the same at each try.
bool is_sampled(std::string_view report_id, int64_t weight);

}  // namespace holdfast
