// SPDX-License-Identifier: MIT
#include "cmd/pushed_pages.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/page_push.h"
#include "core/pagemap.h"
#include "probe/page_cache_linux.h"
#include "probe/proc_file_linux.h"

namespace holdfast::cmd {
namespace {

constexpr int64_t kMostPagedOutBytes = int64_t{64} << 20;
constexpr size_t kMostStayed = 64;
constexpr uint64_t kMostMappingBytes = uint64_t{4} << 30;

}  // namespace

bool PushedPages::read_entries(PageSpan span, std::vector<uint64_t>& entries) const {
  const auto pagemap = probe::ProcFile::open(probe::proc_path("/proc", pid_, "pagemap"));
  if (!pagemap) return false;
  entries.resize((span.end - span.begin) / probe::page_bytes());
  const size_t size_bytes = entries.size() * sizeof(uint64_t);
  const size_t offset_bytes = span.begin / probe::page_bytes() * sizeof(uint64_t);
  const auto read_bytes = pagemap->read_at(entries.data(), size_bytes, offset_bytes);
  return read_bytes && *read_bytes == size_bytes;
}

std::vector<std::pair<MemoryCall, PageSpan>> PushedPages::choose(
    const std::vector<Mapping>& mappings, const LockLedger& ledger, bool can_swap) {
  std::vector<Mapping> sorted = mappings;
  std::ranges::stable_sort(sorted, {}, [](const Mapping& m) { return m.size_bytes(); });
  std::vector<std::pair<MemoryCall, PageSpan>> calls;
  unmapped_.clear();
  paged_out_.clear();
  spared_bytes_ = 0;
  int64_t room_bytes = kMostPagedOutBytes;
  std::vector<uint64_t> entries;
  for (const Mapping& mapping : sorted) {
    const PageSpan whole = {mapping.begin, mapping.end};
    const bool is_left_alone = push_of(mapping) == PagePush::kNothing;
    if (is_left_alone || mapping.size_bytes() > kMostMappingBytes) continue;
    if (!read_entries(whole, entries)) continue;
    const auto is_taken = [&ledger](uint64_t page) { return ledger.is_taken(page); };
    for (const auto& [push, span] : pushed_spans(mapping, entries, probe::page_bytes(), is_taken)) {
      if (push == PagePush::kUnmap) {
        unmapped_.push_back(span);
        calls.emplace_back(MemoryCall::kUnmap, span);
      } else if (can_swap && span.size_bytes() <= room_bytes) {
        room_bytes -= span.size_bytes();
        paged_out_.push_back(span);
        calls.emplace_back(MemoryCall::kPageOut, span);
      } else if (can_swap) {
        spared_bytes_ += span.size_bytes();
      }
    }
  }
  return calls;
}

void PushedPages::look_who_stayed() {
  std::vector<uint64_t> now = returned(paged_out_);
  if (std::exchange(has_looked_, true)) {
    std::erase_if(now,
                  [this](uint64_t page) { return !std::ranges::binary_search(stayed_, page); });
  }
  stayed_ = std::move(now);
}

std::vector<uint64_t> PushedPages::stayed() const {
  return stayed_.size() <= kMostStayed ? stayed_ : std::vector<uint64_t>();
}

std::vector<uint64_t> PushedPages::returned(const std::vector<PageSpan>& spans) const {
  std::vector<uint64_t> pages;
  std::vector<uint64_t> entries;
  for (const PageSpan& span : spans) {
    if (!read_entries(span, entries)) continue;
    for (size_t i = 0; i < entries.size(); ++i) {
      if (decode_pagemap(entries[i]).is_present) {
        pages.push_back(span.begin + i * probe::page_bytes());
      }
    }
  }
  std::ranges::sort(pages);
  return pages;
}

}  // namespace holdfast::cmd
