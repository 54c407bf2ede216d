// SPDX-License-Identifier: MIT
// Which pages a thread needs: those that it asked the kernel for while it was looked at. Memory
// that was in place all the time tells nothing of itself, so whoever wants the whole set pushes
// everything out first (lib/process_eviction).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "core/seen_faults.h"

namespace holdfast {

/// One page, and what the thread paid for it.
struct TouchedPage {
  PageOwner owner;  ///< As the fault that took longest saw it.
  int64_t major = 0;
  int64_t others = 0;  ///< Minor ones, and those whose end was not seen.
  Nanos time;          ///< Of all whose duration is known.
  Nanos longest;
};

/// Faults by page. One thread, one caller.
class WorkingSet {
 public:
  /// More are counted, but not kept: a crafted trace cannot exhaust memory.
  static constexpr size_t kMostPages = size_t{1} << 18;

  explicit WorkingSet(size_t page_bytes) : page_bytes_(page_bytes) {}

  void add(const SeenFault& fault);

  /// By the address of their first byte.
  [[nodiscard]] const std::map<uint64_t, TouchedPage>& pages() const { return pages_; }
  [[nodiscard]] size_t page_bytes() const { return page_bytes_; }
  /// Faults in pages for which there was no room.
  [[nodiscard]] int64_t not_kept() const { return not_kept_; }

 private:
  size_t page_bytes_;
  std::map<uint64_t, TouchedPage> pages_;
  int64_t not_kept_ = 0;
};

}  // namespace holdfast
