// SPDX-License-Identifier: MIT
#include "core/lock_ledger.h"

#include <algorithm>

namespace holdfast {

PageSpan LockLedger::whole(PageSpan span) const {
  return {span.begin / page_bytes_ * page_bytes_,
          (span.end + page_bytes_ - 1) / page_bytes_ * page_bytes_};
}

bool LockLedger::is_taken(uint64_t address) const {
  const auto found = pages_.find(address / page_bytes_ * page_bytes_);
  return found != pages_.end() && found->second.fate != PageFate::kLeftOut;
}

bool LockLedger::is_locked(uint64_t address) const {
  const auto found = pages_.find(address / page_bytes_ * page_bytes_);
  return found != pages_.end() && found->second.fate == PageFate::kLocked;
}

std::vector<PageSpan> LockLedger::missing(PageSpan span) const {
  span = whole(span);
  std::vector<PageSpan> found;
  for (uint64_t page = span.begin; page < span.end; page += page_bytes_) {
    if (is_taken(page)) continue;
    if (!found.empty() && found.back().end == page) {
      found.back().end += page_bytes_;
    } else {
      found.push_back({page, page + page_bytes_});
    }
  }
  return found;
}

uint32_t LockLedger::place_of(const PageOwner& owner) {
  const Place place = {owner.role, owner.of.empty() ? owner.mapping : owner.of};
  const auto [found, is_new] = numbers_.try_emplace(place, static_cast<uint32_t>(places_.size()));
  if (is_new) places_.push_back(place);
  return found->second;
}

void LockLedger::note(PageSpan span, PageFate fate, const PageOwner& owner) {
  const uint32_t place = place_of(owner);
  span = whole(span);
  for (uint64_t page = span.begin; page < span.end; page += page_bytes_) {
    const auto [found, is_new] = pages_.try_emplace(page);
    const auto size = static_cast<int64_t>(page_bytes_);
    if (!is_new) bytes_[static_cast<size_t>(found->second.fate)] -= size;
    found->second = {fate, place};
    bytes_[static_cast<size_t>(fate)] += size;
  }
}

void LockLedger::note(PageSpan span, PageFate fate) {
  span = whole(span);
  for (auto page = pages_.lower_bound(span.begin); page != pages_.end() && page->first < span.end;
       ++page) {
    const auto size = static_cast<int64_t>(page_bytes_);
    bytes_[static_cast<size_t>(page->second.fate)] -= size;
    page->second.fate = fate;
    bytes_[static_cast<size_t>(fate)] += size;
  }
}

void LockLedger::forget_unmapped(const std::function<bool(uint64_t)>& is_mapped) {
  std::erase_if(pages_, [&](const auto& page) {
    if (is_mapped(page.first)) return false;
    bytes_[static_cast<size_t>(page.second.fate)] -= static_cast<int64_t>(page_bytes_);
    return true;
  });
}

int64_t LockLedger::bytes(PageFate fate) const {
  return bytes_[static_cast<size_t>(fate)];
}

std::vector<PageSpan> LockLedger::spans(PageFate fate) const {
  std::vector<PageSpan> found;
  for (const auto& [page, entry] : pages_) {
    if (entry.fate != fate) continue;
    if (!found.empty() && found.back().end == page) {
      found.back().end += page_bytes_;
    } else {
      found.push_back({page, page + page_bytes_});
    }
  }
  return found;
}

std::vector<LedgerRow> LockLedger::rows() const {
  std::vector<LedgerRow> rows;
  for (const Place& place : places_) rows.push_back({place.role, place.mapping, {}});
  for (const auto& [page, entry] : pages_) {
    rows[entry.place].bytes[static_cast<size_t>(entry.fate)] += static_cast<int64_t>(page_bytes_);
  }
  std::erase_if(rows, [](const LedgerRow& row) {
    return std::ranges::all_of(row.bytes, [](int64_t size) { return size == 0; });
  });
  std::ranges::stable_sort(rows, [](const LedgerRow& a, const LedgerRow& b) {
    return a.of(PageFate::kLocked) > b.of(PageFate::kLocked);
  });
  return rows;
}

}  // namespace holdfast
