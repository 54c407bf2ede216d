// SPDX-License-Identifier: MIT
// Counts the pages of one region, look by look, and of those that the process has used, how many
// are out of memory: a page of a file that it never read has not been lost. Remembers pages by
// their address, so that a region may grow and shrink.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/memory_range.h"
#include "core/regions.h"
#include "core/residency.h"
#include "rt/record.h"

namespace holdfast {

/// Remembers the pages of one region. Not thread safe.
class UsedPages {
 public:
  /// What the region consists of from now on; what is known of pages that stay is kept.
  void lay_out(const Region& region, size_t page_bytes);

  /// One look: the state of every page, through the region's parts. The record's head and number
  /// are the caller's.
  ResidencyRecord count(std::span<const PageState> pages);

 private:
  struct Part {
    MemoryRange range;
    size_t first_page = 0;  ///< Index of its first page.
  };
  [[nodiscard]] bool was_used(uintptr_t address, size_t page_bytes) const;

  std::vector<Part> parts_;  ///< Rising.
  std::vector<bool> is_used_;
};

}  // namespace holdfast
