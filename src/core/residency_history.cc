// SPDX-License-Identifier: MIT
#include "core/residency_history.h"

#include <algorithm>
#include <tuple>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

/// Of the thread or its program alone: these come before what everybody uses.
bool is_own(const RegionLine& region) {
  return region.kind < RegionKind::kLibraryText;
}

uint32_t most_out(const RegionLine& region) {
  return region.worst ? region.worst->out : 0;
}

}  // namespace

std::optional<int64_t> in_permille(const ResidencyRecord& record) {
  if (record.used == 0) return std::nullopt;
  const uint32_t out = std::min(record.out, record.used);
  return int64_t{record.used - out} * 1000 / record.used;
}

void ResidencyHistory::take_line(std::string_view line) {
  TextReader reader(line);
  const std::string_view word = reader.take_field();
  if (word == "region") take_region(reader.take_rest());
  if (word == "passed_over") take_passed_over(reader.take_rest());
}

void ResidencyHistory::take_region(std::string_view rest) {
  TextReader reader(rest);
  const auto number = parse_number<uint32_t>(reader.take_field());
  const auto kind = parse_region_kind(reader.take_field());
  if (!number || (regions_.size() >= kMostRegions && !regions_.contains(*number))) return;
  RegionLine& region = regions_[*number];
  region.kind = kind.value_or(RegionKind::kAnonymous);  // a newer version may know more
  region.name = reader.take_rest();
}

void ResidencyHistory::take_passed_over(std::string_view rest) {
  TextReader reader(rest);
  const auto regions = parse_number<uint32_t>(reader.take_field());
  const auto pages = parse_number<uint64_t>(reader.take_field());
  if (!regions || !pages) return;
  passed_over_regions_ = *regions;
  passed_over_pages_ = *pages;
}

void ResidencyHistory::add(const ResidencyRecord& record) {
  const auto found = regions_.find(record.region);
  if (found == regions_.end()) return;
  RegionLine& region = found->second;
  region.readings.add(record);
  const auto share = in_permille(record);
  if (!share) return;
  if (!region.worst || *share < in_permille(*region.worst)) region.worst = record;
}

std::vector<const RegionLine*> ResidencyHistory::ranked() const {
  std::vector<const RegionLine*> ranked;
  for (const auto& [number, region] : regions_) {
    if (region.worst) ranked.push_back(&region);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const RegionLine* a, const RegionLine* b) {
    const auto rank = [](const RegionLine& region) {
      const bool is_lossy = region.has_lost_pages();
      const uint32_t loss = is_lossy && !is_own(region) ? most_out(region) : 0;
      return std::tuple(!is_lossy, is_lossy && !is_own(region), UINT32_MAX - loss);
    };
    return rank(*a) < rank(*b);
  });
  return ranked;
}

}  // namespace holdfast
