// SPDX-License-Identifier: MIT
// What hurts most in a fleet: shares of causes, and the objects and symbols whose pages cost most.
#pragma once

#include <string>
#include <vector>

#include "core/event_rate.h"
#include "core/field_report.h"

namespace holdfast {

/// Glitches of one cause and one place, as a store has summed them up.
struct CauseCount {
  std::string cause;   ///< In the schema's words.
  std::string object;  ///< "" where none was told.
  std::string symbol;
  double glitches = 0;
  double stall_seconds = 0;
};

/// One row of a ranking.
struct RankedPlace {
  std::string name;
  double glitches = 0;
  double stall_seconds = 0;
  double share = 0;   ///< Of all glitches that are ranked.
  Interval interval;  ///< Of the share, if glitches came independently of each other.
};

/// Shares of causes, largest first; with the interval of C. Clopper & E. Pearson (Biometrika 26,
/// 1934). Causes that no glitch had are left out.
std::vector<RankedPlace> cause_shares(const std::vector<CauseCount>& counts, double error);

/// The `most` objects with the most glitches, and "object: symbol" likewise; glitches of which no
/// object is known are not ranked. Where two have the same, that with the longer stalls goes first.
std::vector<RankedPlace> worst_objects(const std::vector<CauseCount>& counts, size_t most,
                                       double error);
std::vector<RankedPlace> worst_symbols(const std::vector<CauseCount>& counts, size_t most,
                                       double error);

}  // namespace holdfast
