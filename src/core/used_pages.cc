// SPDX-License-Identifier: MIT
#include "core/used_pages.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace holdfast {
namespace {

bool is_in_memory(PageState state) {
  return state == PageState::kResident || state == PageState::kSwapCache ||
         state == PageState::kPageCache;
}

/// What is in swap was used, whether it was seen in memory or not. A page of a file that others
/// brought into memory was not.
bool is_used(PageState state, bool was_used) {
  switch (state) {
    case PageState::kResident:
    case PageState::kSwapCache:
    case PageState::kSwapped:
      return true;
    case PageState::kUntouched:
      return false;
    case PageState::kPageCache:
    case PageState::kNotResident:
    case PageState::kUnknown:
      break;
  }
  return was_used;
}

}  // namespace

bool UsedPages::was_used(uintptr_t address, size_t page_bytes) const {
  const auto after =
      std::upper_bound(parts_.begin(), parts_.end(), address,
                       [](uintptr_t value, const Part& part) { return value < part.range.begin; });
  if (after == parts_.begin()) return false;
  const Part& part = *std::prev(after);
  if (address >= part.range.end()) return false;
  return is_used_[part.first_page + (address - part.range.begin) / page_bytes];
}

void UsedPages::lay_out(const Region& region, size_t page_bytes) {
  std::vector<Part> parts;
  std::vector<bool> is_used;
  for (const Mapping& mapping : region.parts) {
    parts.push_back({{mapping.begin, mapping.size_bytes()}, is_used.size()});
    for (uintptr_t page = mapping.begin; page < mapping.end; page += page_bytes) {
      is_used.push_back(was_used(page, page_bytes));
    }
  }
  parts_ = std::move(parts);
  is_used_ = std::move(is_used);
}

ResidencyRecord UsedPages::count(std::span<const PageState> pages) {
  HF_CHECK(pages.size() == is_used_.size());
  PageCounts counts;
  uint32_t used = 0;
  uint32_t out = 0;
  for (size_t i = 0; i < pages.size(); ++i) {
    counts.add(pages[i]);
    is_used_[i] = is_used(pages[i], is_used_[i]);
    if (!is_used_[i]) continue;
    ++used;
    out += is_in_memory(pages[i]) ? 0 : 1;
  }
  const auto number_of = [&](PageState state) { return static_cast<uint32_t>(counts.of(state)); };
  ResidencyRecord record;
  record.head.kind = RecordKind::kResidency;
  record.pages = static_cast<uint32_t>(pages.size());
  record.mapped = number_of(PageState::kResident);
  record.unmapped = number_of(PageState::kSwapCache) + number_of(PageState::kPageCache);
  record.untouched = number_of(PageState::kUntouched);
  record.swapped = number_of(PageState::kSwapped);
  record.file_only = number_of(PageState::kNotResident);
  record.unknown = number_of(PageState::kUnknown);
  record.used = used;
  record.out = out;
  return record;
}

}  // namespace holdfast
