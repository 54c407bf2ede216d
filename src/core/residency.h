// SPDX-License-Identifier: MIT
// Is a page in memory? Two witnesses are heard, pagemap and mincore, and neither tells all; this is
// the table that joins them (judge_page). Where the kernel does not say, the answer is
// kUnknown, never a guess.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/pagemap.h"
#include "core/proc_maps.h"

namespace holdfast {

/// What is known about one page, from best to worst.
enum class PageState : uint8_t {
  kResident,     ///< In RAM and mapped: an access takes no fault.
  kSwapCache,    ///< In RAM but already on its way to swap: the next access is a minor fault.
  kPageCache,    ///< In RAM as part of the file, not mapped here: the next access is a minor fault.
  kUntouched,    ///< Never used, or given back: the first access gets a page of zeros.
  kUnknown,      ///< The kernel does not tell this user.
  kSwapped,      ///< In swap; an access needs I/O. Where mincore could not be asked: or kSwapCache.
  kNotResident,  ///< Only in its file on disk: the next access needs I/O.
};
inline constexpr size_t kPageStates = 7;

/// What a page's content comes from; decides what an empty pagemap entry means.
enum class Backing : uint8_t {
  kAnonymous,     ///< Heap, stacks, bss.
  kFile,          ///< A file, also where pages of it were copied on write.
  kSharedMemory,  ///< /dev/shm, memfd, MAP_SHARED|MAP_ANONYMOUS, System V.
  kKernel,        ///< [vdso], buffers of drivers and the like: never reclaimed.
};

Backing backing_of(const Mapping& mapping);

/// The decision table. `in_core` is what mincore() said, and only where it may be believed: about
/// anonymous memory of the own process, and about the page of the file for files that the asking
/// user owns or may write (for all others the kernel answers "resident", whatever is true).
PageState judge_page(Backing backing, PagemapEntry entry, std::optional<bool> in_core);

/// How many pages are in which state.
struct PageCounts {
  std::array<size_t, kPageStates> by_state = {};

  [[nodiscard]] size_t of(PageState state) const { return by_state[static_cast<size_t>(state)]; }
  [[nodiscard]] size_t total() const;
  void add(PageState state) { ++by_state[static_cast<size_t>(state)]; }
};

PageCounts count_pages(std::span<const PageState> pages);

}  // namespace holdfast
