// SPDX-License-Identifier: MIT
#include "core/fleet_overview.h"

#include <numeric>

namespace holdfast {
namespace {

constexpr double kMsPerHour = 3'600'000;
constexpr double kSecondsPerHour = 3600;
constexpr int kRanges = 3;

int64_t seconds_of(const CellSums& cells, size_t cpu_bin) {
  const auto begin = cells.begin() + static_cast<std::ptrdiff_t>(cpu_bin * 10);
  return std::accumulate(begin, begin + 10, int64_t{0},
                         [](int64_t sum, const CellCount& cell) { return sum + cell.seconds; });
}

void add_bin(const CellSums& cells, size_t cpu_bin, MemoryResponse& response) {
  for (size_t memory_bin = 0; memory_bin < 10; memory_bin++) {
    const CellCount& cell = cells[cpu_bin * 10 + memory_bin];
    response.by_memory[memory_bin].events += static_cast<double>(cell.glitches);
    response.by_memory[memory_bin].time += static_cast<double>(cell.seconds) / kSecondsPerHour;
  }
}

}  // namespace

std::vector<NamedSums> by_name(const std::vector<SessionGroup>& groups) {
  std::vector<NamedSums> names;
  for (const SessionGroup& group : groups) {
    if (names.empty() || names.back().name != group.name) names.push_back({group.name, {}});
    names.back().sums += group.sums;
  }
  return names;
}

SessionSums total_of(const std::vector<SessionGroup>& groups) {
  SessionSums total;
  for (const SessionGroup& group : groups) total += group.sums;
  return total;
}

CellSums total_of(const std::array<CellSums, kInstallBuckets>& cells) {
  CellSums total{};
  for (const CellSums& bucket : cells) total += bucket;
  return total;
}

EventCount glitches_in_hours(const SessionSums& sums) {
  return {static_cast<double>(sums.glitches), static_cast<double>(sums.exposure_ms) / kMsPerHour};
}

Interval glitched_share_interval(const SessionSums& sums, double error) {
  const auto glitched = static_cast<double>(sums.glitched);
  const auto clean = static_cast<double>(sums.sessions - sums.glitched);
  if (sums.sessions <= 0) return {0, 1};
  return {beta_quantile(glitched, clean + 1, error / 2),
          beta_tail_quantile(glitched + 1, clean, error / 2)};
}

std::vector<MemoryResponse> memory_responses(const CellSums& cells) {
  int64_t all = 0;
  for (size_t bin = 0; bin < 10; bin++) all += seconds_of(cells, bin);
  std::vector<MemoryResponse> responses;
  if (all == 0) return responses;
  int64_t before = 0;
  int64_t last_range = -1;
  for (size_t bin = 0; bin < 10; bin++) {
    const int64_t seconds = seconds_of(cells, bin);
    if (seconds == 0) continue;
    // A bin belongs to the range in which its middle lies.
    const int64_t range = (2 * before + seconds) * kRanges / (2 * all);
    if (range != last_range) responses.push_back({static_cast<int>(bin), 0, {}});
    responses.back().last_cpu_bin = static_cast<int>(bin);
    add_bin(cells, bin, responses.back());
    before += seconds;
    last_range = range;
  }
  return responses;
}

}  // namespace holdfast
