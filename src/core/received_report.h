// SPDX-License-Identifier: MIT
// What a collector keeps in mind of one field report once it has been checked: everything that
// sums, filters and lists are made of. The report itself stays the text that came in.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace holdfast {

/// A report's own number: the 16 bytes of a UUID, the first ones of which are a time.
using ReportId = std::array<uint8_t, 16>;

/// What a report asks for.
enum class ReportKind : uint8_t {
  kSession,   ///< To be counted.
  kDeletion,  ///< That everything that names its installation be deleted.
};

/// One cell of exposure: how long a session ran, and how often it glitched, while the processors
/// and the memory were in these tenths of their use.
struct LoadCell {
  uint8_t cpu_bin = 0;     ///< 0 to 9.
  uint8_t memory_bin = 0;  ///< 0 to 9.
  int64_t seconds = 0;
  int64_t glitches = 0;
};

/// One glitch of the list in a report. The history of load around it begins with `before` values
/// from before the glitch, in percent, one per `step_ms`.
struct ReportedGlitch {
  int64_t at_ms = 0;
  int64_t frames = 0;
  int64_t gap_us = 0;
  std::string cause;
  double confidence = 0;
  int64_t stall_us = 0;
  std::string object;
  std::string section;
  std::string symbol;
  int64_t step_ms = 0;
  int64_t before = 0;
  std::vector<double> cpu_percent;
  std::vector<double> memory_percent;
};

/// A report that keeps to schema 1 in every bound. Of a deletion only id, kind, app and install
/// are set.
struct ReceivedReport {
  ReportId id{};
  ReportKind kind = ReportKind::kSession;
  std::string app;
  std::string version;
  std::string build;
  uint64_t install = 0;      ///< Drawn by the program, renewed now and then; names nobody.
  bool has_details = false;  ///< Consent to more than the basics.
  int64_t weight = 1;        ///< How many sessions this one stands for.

  int64_t start_hour = 0;  ///< Hours since 1970, UTC.
  int64_t duration_ms = 0;
  int64_t suspended_ms = 0;
  std::string os;
  std::string backend;
  std::string arm;

  int64_t frames_expected = 0;
  int64_t frames_lost = 0;
  int64_t glitches = 0;
  int64_t gap_us_max = 0;
  int64_t gap_us_sum = 0;

  std::vector<LoadCell> cells;
  std::vector<ReportedGlitch> listed;
  int64_t glitches_dropped = 0;  ///< That are counted and not listed.

  /// How long glitches could have happened.
  [[nodiscard]] int64_t exposure_ms() const { return duration_ms - suspended_ms; }
  /// The day of the start, counted from 1970-01-01, UTC.
  [[nodiscard]] int64_t start_day() const { return start_hour / 24; }
};

}  // namespace holdfast
