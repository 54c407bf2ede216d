// SPDX-License-Identifier: MIT
// Which pages of a process can be taken from it for a moment without I/O, so that whoever needs
// them has to ask for them again, and shows by it that he does. Pages of files stay in RAM and are
// only unmapped; pages of data go to swap, and stay in RAM beside it until memory is short.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/lock_ledger.h"
#include "core/proc_maps.h"

namespace holdfast {

/// How pages are taken.
enum class PagePush : uint8_t {
  kNothing,  ///< They cannot be, or nobody needs to know.
  kUnmap,    ///< Content that is that of a file or of shared memory comes back by itself.
  kPageOut,  ///< Private data: needs swap.
};

/// How most pages of `mapping` are taken. Devices are left alone.
PagePush push_of(const Mapping& mapping);

/// Pages to be taken in one way.
struct PushedSpan {
  PagePush push = PagePush::kNothing;
  PageSpan span;

  friend bool operator==(const PushedSpan&, const PushedSpan&) = default;
};

/// The spans of `mapping` to take, rising, from its pagemap entries, one a page. Private copies of
/// a file's pages (RELRO, say) are data: to unmap them would lose them. Pages of which `is_locked`
/// are spared.
std::vector<PushedSpan> pushed_spans(const Mapping& mapping, std::span<const uint64_t> entries,
                                     size_t page_bytes,
                                     const std::function<bool(uint64_t)>& is_locked);

/// Runs of pages in `returned` (rising, whole pages) that hold a page of which `is_touched`: one
/// fault in a file can bring a whole large folio (Linux 6.18), so who touched one of them may have
/// touched all. Of each run at most `most_bytes` around the touched page, rounded to that size.
std::vector<PageSpan> runs_around(std::span<const uint64_t> returned, size_t page_bytes,
                                  uint64_t most_bytes,
                                  const std::function<bool(uint64_t)>& is_touched);

}  // namespace holdfast
