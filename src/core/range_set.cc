// SPDX-License-Identifier: MIT
#include "core/range_set.h"

#include <algorithm>
#include <iterator>

namespace holdfast {

void RangeSet::add(uintptr_t begin, uintptr_t end) {
  if (begin >= end) return;
  auto next = ends_.lower_bound(begin);
  if (next != ends_.begin() && std::prev(next)->second >= begin) --next;
  while (next != ends_.end() && next->first <= end) {
    begin = std::min(begin, next->first);
    end = std::max(end, next->second);
    next = ends_.erase(next);
  }
  ends_.emplace(begin, end);
}

size_t RangeSet::missing_bytes(uintptr_t begin, uintptr_t end) const {
  if (begin >= end) return 0;
  size_t missing = end - begin;
  auto next = ends_.upper_bound(begin);
  if (next != ends_.begin()) --next;
  for (; next != ends_.end() && next->first < end; ++next) {
    const uintptr_t from = std::max(begin, next->first);
    const uintptr_t to = std::min(end, next->second);
    if (from < to) missing -= to - from;
  }
  return missing;
}

size_t RangeSet::size_bytes() const {
  size_t sum = 0;
  for (const auto& [begin, end] : ends_) sum += end - begin;
  return sum;
}

}  // namespace holdfast
