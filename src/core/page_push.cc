// SPDX-License-Identifier: MIT
#include "core/page_push.h"

#include "core/pagemap.h"

namespace holdfast {
namespace {

bool is_device(const Mapping& mapping) {
  const std::string& path = mapping.path;
  return (path.starts_with("/dev/") && !path.starts_with("/dev/shm/") && path != "/dev/zero") ||
         path.starts_with("/dmabuf") || path.starts_with("anon_inode:");
}

bool is_kernels(const Mapping& mapping) {
  return mapping.path.starts_with("[v");  // vdso, vvar, vsyscall
}

}  // namespace

PagePush push_of(const Mapping& mapping) {
  if (!mapping.is_readable || is_device(mapping) || is_kernels(mapping)) return PagePush::kNothing;
  if (mapping.is_shared) return mapping.inode != 0 ? PagePush::kUnmap : PagePush::kNothing;
  if (mapping.inode != 0 && !mapping.is_writable) return PagePush::kUnmap;
  return PagePush::kPageOut;
}

namespace {

/// One page that is in memory.
PagePush push_of_page(PagePush usual, PagemapEntry entry) {
  if (!entry.is_present) return PagePush::kNothing;
  return usual == PagePush::kUnmap && entry.is_file_or_shared ? PagePush::kUnmap
                                                              : PagePush::kPageOut;
}

}  // namespace

std::vector<PushedSpan> pushed_spans(const Mapping& mapping, std::span<const uint64_t> entries,
                                     size_t page_bytes,
                                     const std::function<bool(uint64_t)>& is_locked) {
  const PagePush usual = push_of(mapping);
  std::vector<PushedSpan> spans;
  if (usual == PagePush::kNothing) return spans;
  bool goes_on = false;  // across pages that are not there
  for (size_t i = 0; i < entries.size(); ++i) {
    const uint64_t page = mapping.begin + i * page_bytes;
    const PagemapEntry entry = decode_pagemap(entries[i]);
    if (is_locked(page) || (entry.is_swapped && usual == PagePush::kUnmap)) {
      goes_on = false;
      continue;
    }
    const PagePush push = push_of_page(usual, entry);
    if (push == PagePush::kNothing) continue;
    if (goes_on && spans.back().push == push) {
      spans.back().span.end = page + page_bytes;
    } else {
      spans.push_back({push, {page, page + page_bytes}});
    }
    goes_on = true;
  }
  return spans;
}

std::vector<PageSpan> runs_around(std::span<const uint64_t> returned, size_t page_bytes,
                                  uint64_t most_bytes,
                                  const std::function<bool(uint64_t)>& is_touched) {
  std::vector<PageSpan> runs;
  bool is_wanted = false;
  for (size_t i = 0; i < returned.size(); ++i) {
    const uint64_t page = returned[i];
    const bool goes_on = i > 0 && returned[i - 1] + page_bytes == page && page % most_bytes != 0;
    if (!goes_on && !runs.empty() && !is_wanted) runs.pop_back();
    if (!goes_on) {
      runs.push_back({page, page});
      is_wanted = false;
    }
    runs.back().end = page + page_bytes;
    is_wanted = is_wanted || is_touched(page);
  }
  if (!runs.empty() && !is_wanted) runs.pop_back();
  return runs;
}

}  // namespace holdfast
