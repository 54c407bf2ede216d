// SPDX-License-Identifier: MIT
// What a fleet of reports adds up to, kept in few rows: sessions, cells of exposure, and causes.
// Everything here is a sum, so any two parts can be added, and a report can be taken out again.
// Rows are apart by install bucket, which is what intervals are made of: leaving out one bucket at
// a time shows how much the answer depends on who happened to take part.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/received_report.h"

namespace holdfast {

inline constexpr int kInstallBuckets = 64;
inline constexpr size_t kCells = 100;

/// 0 to kInstallBuckets - 1, the same for all reports of one installation.
int install_bucket(uint64_t install);

/// Which sessions are counted together.
struct SessionKey {
  int64_t day = 0;
  std::string app;
  std::string version;
  std::string os;
  std::string backend;
  std::string arm;
  int bucket = 0;

  friend auto operator<=>(const SessionKey&, const SessionKey&) = default;
};

/// Sums over sessions; all but `reports` count a session as often as it stands for others.
struct SessionSums {
  int64_t reports = 0;
  int64_t sessions = 0;
  int64_t glitched = 0;  ///< Sessions with a glitch.
  int64_t glitches = 0;
  int64_t exposure_ms = 0;
  int64_t frames_lost = 0;

  [[nodiscard]] double hours() const { return static_cast<double>(exposure_ms) / 3'600'000; }
  SessionSums& operator+=(const SessionSums& other);
  friend bool operator==(const SessionSums&, const SessionSums&) = default;
};

/// Which cells are kept together.
struct CellKey {
  int64_t day = 0;
  std::string app;
  std::string version;
  std::string arm;
  int bucket = 0;

  friend auto operator<=>(const CellKey&, const CellKey&) = default;
};

/// Weighted seconds and glitches of one cell.
struct CellCount {
  int64_t seconds = 0;
  int64_t glitches = 0;

  friend bool operator==(const CellCount&, const CellCount&) = default;
};

/// Cell of processor use c and memory use m: at 10 c + m.
using CellSums = std::array<CellCount, kCells>;

CellSums& operator+=(CellSums& sums, const CellSums& other);

/// The cells that are not empty, in few bytes, and back. Nothing for bytes that are not of this
/// form.
std::string encode_cells(const CellSums& sums);
std::optional<CellSums> decode_cells(std::string_view bytes);

/// Which glitches are counted together.
struct CauseKey {
  int64_t day = 0;
  std::string app;
  std::string version;
  std::string arm;
  std::string cause;
  std::string object;
  std::string symbol;

  friend auto operator<=>(const CauseKey&, const CauseKey&) = default;
};

/// Glitches of one cause, and for how long they stalled their threads.
struct CauseSums {
  int64_t glitches = 0;
  int64_t stall_us = 0;

  CauseSums& operator+=(const CauseSums& other);
  friend bool operator==(const CauseSums&, const CauseSums&) = default;
};

/// The sums of any number of reports.
struct FleetSums {
  std::map<SessionKey, SessionSums> sessions;
  std::map<CellKey, CellSums> cells;
  std::map<CauseKey, CauseSums> causes;

  /// Adds a session's report, or, with -1 as `times`, takes it out again.
  void add(const ReceivedReport& report, int64_t times = 1);
};

}  // namespace holdfast
