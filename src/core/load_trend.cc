// SPDX-License-Identifier: MIT
#include "core/load_trend.h"

#include <algorithm>
#include <cmath>

namespace holdfast {
namespace {

constexpr auto kBins = static_cast<size_t>(kLoadBins);
constexpr double kSecondsPerHour = 3600;
constexpr int kParts = 3;

/// The cell of `bin` on the tested axis within stratum `stratum`.
size_t cell_at(LoadAxis axis, size_t stratum, size_t bin) {
  return axis == LoadAxis::kMemory ? kBins * stratum + bin : kBins * bin + stratum;
}

/// What a stratum of the whole fleet tells.
struct Stratum {
  double rate = 0;      ///< Glitches per second.
  double mean_bin = 0;  ///< Weighted with time.
  double variance_of_bin = 0;
  double glitches = 0;
};

Stratum stratum_of(const LoadTable& table, LoadAxis axis, size_t index) {
  double seconds = 0;
  double sum = 0;
  double squares = 0;
  Stratum stratum;
  for (size_t bin = 0; bin < kBins; ++bin) {
    const LoadCount& cell = table[cell_at(axis, index, bin)];
    const auto score = static_cast<double>(bin);
    seconds += cell.seconds;
    stratum.glitches += cell.glitches;
    sum += cell.seconds * score;
    squares += cell.seconds * score * score;
  }
  if (seconds <= 0) return {};
  stratum.rate = stratum.glitches / seconds;
  stratum.mean_bin = sum / seconds;
  stratum.variance_of_bin = squares / seconds - stratum.mean_bin * stratum.mean_bin;
  return stratum;
}

std::array<Stratum, kBins> strata_of(const LoadTable& table, LoadAxis axis) {
  std::array<Stratum, kBins> strata;
  for (size_t i = 0; i < kBins; ++i) strata[i] = stratum_of(table, axis, i);
  return strata;
}

/// What one table adds to the sum of (bin - mean bin) * (glitches - expected ones).
double excess(const LoadTable& table, const std::array<Stratum, kBins>& strata, LoadAxis axis) {
  double sum = 0;
  for (size_t index = 0; index < kBins; ++index) {
    for (size_t bin = 0; bin < kBins; ++bin) {
      const LoadCount& cell = table[cell_at(axis, index, bin)];
      const double distance = static_cast<double>(bin) - strata[index].mean_bin;
      sum += distance * (cell.glitches - strata[index].rate * cell.seconds);
    }
  }
  return sum;
}

double seconds_of_cpu_bin(const LoadTable& table, size_t cpu) {
  double seconds = 0;
  for (size_t mem = 0; mem < kBins; ++mem) seconds += table[kBins * cpu + mem].seconds;
  return seconds;
}

void add_cpu_bin(const LoadTable& table, size_t cpu, MemoryBinRates& rates) {
  for (size_t mem = 0; mem < kBins; ++mem) {
    const LoadCount& cell = table[kBins * cpu + mem];
    rates.by_memory[mem].events += cell.glitches;
    rates.by_memory[mem].time += cell.seconds / kSecondsPerHour;
  }
  rates.last_cpu_bin = static_cast<int>(cpu);
}

}  // namespace

LoadTable sum_of(const std::vector<LoadTable>& buckets) {
  LoadTable sum = {};
  for (const LoadTable& bucket : buckets) {
    for (size_t i = 0; i < sum.size(); ++i) {
      sum[i].seconds += bucket[i].seconds;
      sum[i].glitches += bucket[i].glitches;
    }
  }
  return sum;
}

LoadTrend load_trend(const std::vector<LoadTable>& buckets, LoadAxis axis) {
  const auto strata = strata_of(sum_of(buckets), axis);
  double sum = 0;
  double squares = 0;
  double groups = 0;
  for (const LoadTable& bucket : buckets) {
    const bool is_empty = std::all_of(bucket.begin(), bucket.end(),
                                      [](const LoadCount& cell) { return cell.seconds <= 0; });
    if (is_empty) continue;
    const double part = excess(bucket, strata, axis);
    sum += part;
    squares += part * part;
    ++groups;
  }
  if (groups < 2 || squares <= 0) return {};
  const double z = sum / std::sqrt(squares * groups / (groups - 1));
  return {z, 2 * student_tail(std::abs(z), groups - 1)};
}

LoadTrend independent_load_trend(const LoadTable& table, LoadAxis axis) {
  const auto strata = strata_of(table, axis);
  double variance = 0;
  for (const Stratum& stratum : strata) variance += stratum.glitches * stratum.variance_of_bin;
  if (variance <= 0) return {};
  const double z = excess(table, strata, axis) / std::sqrt(variance);
  return {z, 2 * normal_tail(std::abs(z))};
}

std::vector<MemoryBinRates> rates_by_memory(const LoadTable& table) {
  double all = 0;
  for (const LoadCount& cell : table) all += cell.seconds;
  std::vector<MemoryBinRates> parts;
  if (all <= 0) return parts;
  double before = 0;
  int last_part = -1;
  for (size_t cpu = 0; cpu < kBins; ++cpu) {
    const double seconds = seconds_of_cpu_bin(table, cpu);
    if (seconds <= 0) continue;
    // A bin belongs to the third in which its middle lies.
    const int part = std::min(static_cast<int>(kParts * (before + seconds / 2) / all), kParts - 1);
    before += seconds;
    if (part != last_part) {
      parts.emplace_back();
      parts.back().first_cpu_bin = static_cast<int>(cpu);
    }
    last_part = part;
    add_cpu_bin(table, cpu, parts.back());
  }
  return parts;
}

}  // namespace holdfast
