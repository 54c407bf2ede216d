// SPDX-License-Identifier: MIT
// Does the rate of glitches rise with memory use, or with processor use, of which the one mostly
// comes with the other? Answered within strata: sessions at the same processor use are compared by
// their memory use, and the other way round.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "core/event_rate.h"
#include "core/field_report.h"

namespace holdfast {

/// Seconds and glitches of one cell of processor and memory use.
struct LoadCount {
  double seconds = 0;
  double glitches = 0;

  friend bool operator==(const LoadCount&, const LoadCount&) = default;
};

/// Sums over the sessions of all installs of one bucket: cell of processor bin c and memory bin m
/// at kLoadBins * c + m.
using LoadTable = std::array<LoadCount, size_t{kLoadBins} * kLoadBins>;

/// All tables as one.
LoadTable sum_of(const std::vector<LoadTable>& buckets);

/// Which axis is tested; the other one makes the strata.
enum class LoadAxis { kMemory, kProcessor };

/// A test for trend.
struct LoadTrend {
  double z = 0;        ///< Positive: glitches come more often at high use.
  double p_value = 1;  ///< Of a trend this strong, either way, when there is none.
};

/// The extension of Mantel's test to person-time (N. Mantel, JASA 58, 1963; N. Breslow & N. Day,
/// "Statistical Methods in Cancer Research" II, 1987, 3.6): glitches beyond what the stratum's rate
/// would give, weighted with the bin. Its variance is taken from the scatter between buckets of
/// users (K.-Y. Liang & S. Zeger, Biometrika 73, 1986), Student's t with one degree less than there
/// are buckets; without two of them, z 0 and p 1.
LoadTrend load_trend(const std::vector<LoadTable>& buckets, LoadAxis axis);

/// The same with the variance that glitches would have if they came independently of each other:
/// for one table of everything.
LoadTrend independent_load_trend(const LoadTable& table, LoadAxis axis);

/// Glitches per hour of each memory bin, within a third of the exposure by processor use.
struct MemoryBinRates {
  int first_cpu_bin = 0;
  int last_cpu_bin = 0;                              ///< Inclusive.
  std::array<EventCount, kLoadBins> by_memory = {};  ///< Time in hours.
};

/// Thirds of about equal exposure, from little to much processor use; fewer where bins are too
/// coarse.
std::vector<MemoryBinRates> rates_by_memory(const LoadTable& table);

}  // namespace holdfast
