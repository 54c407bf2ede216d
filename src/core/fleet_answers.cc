// SPDX-License-Identifier: MIT
#include "core/fleet_answers.h"

#include <algorithm>
#include <array>

namespace holdfast {
namespace {

constexpr std::string_view kReferenceArm = "none";

using BucketSums = std::array<SessionSums, kInstallBuckets>;

/// One group, its buckets at their places.
struct NamedBuckets {
  std::string name;
  BucketSums buckets{};
};

/// The groups in their order.
std::vector<NamedBuckets> by_name(const std::vector<SessionGroup>& groups) {
  std::vector<NamedBuckets> names;
  for (const SessionGroup& group : groups) {
    if (names.empty() || names.back().name != group.name) names.push_back({group.name, {}});
    names.back().buckets[static_cast<size_t>(group.bucket) % kInstallBuckets] += group.sums;
  }
  return names;
}

FleetBuckets to_buckets(const BucketSums& all) {
  FleetBuckets buckets;
  for (const SessionSums& sums : all) {
    buckets.push_back({static_cast<double>(sums.sessions), static_cast<double>(sums.glitched),
                       static_cast<double>(sums.glitches), sums.hours()});
  }
  return buckets;
}

GroupAnswer answer_of(const NamedBuckets& group) {
  GroupAnswer answer;
  answer.name = group.name;
  for (const SessionSums& sums : group.buckets) {
    answer.sums += sums;
    if (sums.sessions > 0) ++answer.buckets;
  }
  const FleetBuckets buckets = to_buckets(group.buckets);
  answer.glitched_share = glitched_share(buckets, kFleetError);
  if (answer.has_hours()) answer.per_hour = glitches_per_hour(buckets, kFleetError);
  return answer;
}

std::vector<GroupAnswer> answers_by(const std::vector<SessionGroup>& groups) {
  std::vector<GroupAnswer> answers;
  for (const NamedBuckets& group : by_name(groups)) answers.push_back(answer_of(group));
  return answers;
}

NamedBuckets all_of(const std::vector<NamedBuckets>& groups) {
  NamedBuckets all;
  for (const NamedBuckets& group : groups) {
    for (size_t i = 0; i < all.buckets.size(); ++i) all.buckets[i] += group.buckets[i];
  }
  return all;
}

bool is_shown(const NamedBuckets& group) {
  return !answer_of(group).is_few();
}

/// Each arm against the one with nothing locked, p values adjusted for their number.
std::vector<ArmAnswer> compare_arms(const std::vector<NamedBuckets>& arms) {
  const auto reference = std::find_if(
      arms.begin(), arms.end(), [](const NamedBuckets& arm) { return arm.name == kReferenceArm; });
  std::vector<ArmAnswer> answers;
  if (reference == arms.end() || !is_shown(*reference)) return answers;
  std::vector<double> p_values;
  for (const NamedBuckets& arm : arms) {
    if (arm.name == kReferenceArm || !is_shown(arm)) continue;
    answers.push_back(
        {arm.name, compare(to_buckets(arm.buckets), to_buckets(reference->buckets), kFleetError)});
    p_values.push_back(answers.back().comparison.p_value);
  }
  const std::vector<double> adjusted = holm_adjusted(p_values);
  for (size_t i = 0; i < answers.size(); ++i) answers[i].comparison.p_value = adjusted[i];
  return answers;
}

LoadTable to_table(const CellSums& cells) {
  LoadTable table;
  for (size_t i = 0; i < cells.size(); ++i) {
    table.at(i) = {static_cast<double>(cells[i].seconds), static_cast<double>(cells[i].glitches)};
  }
  return table;
}

/// Of the buckets in which there was any time.
std::vector<LoadTable> tables_of(const FleetOverview& overview) {
  std::vector<LoadTable> tables;
  for (const CellSums& cells : overview.cells) {
    if (cells != CellSums{}) tables.push_back(to_table(cells));
  }
  return tables;
}

size_t cell_at(int cpu_bin, int memory_bin) {
  const int cell = cpu_bin * kLoadBins + memory_bin;
  return static_cast<size_t>(cell);
}

/// In how many buckets there was time in any of these cells of a memory bin.
int buckets_in(const FleetOverview& overview, int first_cpu_bin, int last_cpu_bin, int memory_bin) {
  const auto has_time = [&](const CellSums& cells) {
    int64_t seconds = 0;
    for (int cpu = first_cpu_bin; cpu <= last_cpu_bin; ++cpu) {
      seconds += cells.at(cell_at(cpu, memory_bin)).seconds;
    }
    return seconds > 0;
  };
  return static_cast<int>(std::count_if(overview.cells.begin(), overview.cells.end(), has_time));
}

CellSums shown_cells(const FleetOverview& overview) {
  CellSums cells = total_of(overview.cells);
  for (int cpu = 0; cpu < kLoadBins; ++cpu) {
    for (int memory = 0; memory < kLoadBins; ++memory) {
      if (buckets_in(overview, cpu, cpu, memory) >= kFewInstalls) continue;
      cells.at(cell_at(cpu, memory)) = {};
    }
  }
  return cells;
}

std::vector<MemoryBinRates> shown_rates(const FleetOverview& overview,
                                        std::vector<MemoryBinRates> rates) {
  for (MemoryBinRates& each : rates) {
    for (int memory = 0; memory < kLoadBins; ++memory) {
      if (buckets_in(overview, each.first_cpu_bin, each.last_cpu_bin, memory) >= kFewInstalls)
        continue;
      each.by_memory.at(static_cast<size_t>(memory)) = {};
    }
  }
  return rates;
}

/// Few installations tell of themselves, and too little of how much others differ.
Crossover shown_crossover(const FleetOverview& overview) {
  Crossover crossover = case_crossover(overview.histories, kFleetError);
  crossover.is_known = crossover.is_known && crossover.groups >= kFewInstalls;
  return crossover;
}

}  // namespace

FleetAnswers answers_of(const FleetOverview& overview) {
  FleetAnswers answers;
  const std::vector<NamedBuckets> arms = by_name(overview.by_arm);
  answers.all = answer_of(all_of(arms));
  answers.by_day = answers_by(overview.by_day);
  answers.by_version = answers_by(overview.by_version);
  answers.by_arm = answers_by(overview.by_arm);
  answers.by_os = answers_by(overview.by_os);
  answers.by_backend = answers_by(overview.by_backend);
  answers.arms = compare_arms(arms);
  const std::vector<LoadTable> tables = tables_of(overview);
  answers.memory_trend = load_trend(tables, LoadAxis::kMemory);
  answers.processor_trend = load_trend(tables, LoadAxis::kProcessor);
  answers.cells = shown_cells(overview);
  answers.by_memory = shown_rates(overview, rates_by_memory(sum_of(tables)));
  answers.crossover = shown_crossover(overview);
  return answers;
}

}  // namespace holdfast
