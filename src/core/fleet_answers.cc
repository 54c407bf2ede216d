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
  for (const SessionSums& sums : group.buckets) answer.sums += sums;
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

/// Each arm against the one with nothing locked, p values adjusted for their number.
std::vector<ArmAnswer> compare_arms(const std::vector<NamedBuckets>& arms) {
  const auto reference = std::find_if(
      arms.begin(), arms.end(), [](const NamedBuckets& arm) { return arm.name == kReferenceArm; });
  std::vector<ArmAnswer> answers;
  if (reference == arms.end()) return answers;
  std::vector<double> p_values;
  for (const NamedBuckets& arm : arms) {
    if (arm.name == kReferenceArm) continue;
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
  answers.by_memory = rates_by_memory(sum_of(tables));
  return answers;
}

}  // namespace holdfast
