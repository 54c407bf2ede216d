// SPDX-License-Identifier: MIT
// Which pages of a process are taken away for a moment, and which of them somebody asked back.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "core/lock_ledger.h"
#include "core/proc_maps.h"
#include "rt/program_channel.h"

namespace holdfast::cmd {

/// One round. One thread.
class PushedPages {
 public:
  explicit PushedPages(pid_t pid) : pid_(pid) {}

  /// How to take away what is in memory and not locked; of private data at most 64 MiB, small
  /// mappings first, and nothing where it `can_swap` nothing.
  std::vector<std::pair<MemoryCall, PageSpan>> choose(const std::vector<Mapping>& mappings,
                                                      const LockLedger& ledger, bool can_swap);

  /// Pages of files that have come back since, rising; those around a fault came with it.
  [[nodiscard]] std::vector<uint64_t> returned_files() const { return returned(unmapped_); }
  /// The same of private data, which come back one by one.
  [[nodiscard]] std::vector<uint64_t> returned_data() const { return returned(paged_out_); }

  /// Once all calls of choose() are done: notes which pages of data did not leave. A page in use is
  /// in a list of its processor for a while, from which nothing takes it (Linux 6.18).
  void look_who_stayed();
  /// Those that stayed each time so far, unless they are so many that use cannot be the reason:
  /// nobody was seen to touch them, and nobody could have been.
  [[nodiscard]] std::vector<uint64_t> stayed() const;

  /// What went to swap.
  [[nodiscard]] const std::vector<PageSpan>& paged_out() const { return paged_out_; }
  /// Private data that was spared because it was too much.
  [[nodiscard]] int64_t spared_bytes() const { return spared_bytes_; }

 private:
  [[nodiscard]] std::vector<uint64_t> returned(const std::vector<PageSpan>& spans) const;
  [[nodiscard]] bool read_entries(PageSpan span, std::vector<uint64_t>& entries) const;

  pid_t pid_;
  std::vector<PageSpan> unmapped_;
  std::vector<PageSpan> paged_out_;
  int64_t spared_bytes_ = 0;
  std::vector<uint64_t> stayed_;
  bool has_looked_ = false;
};

}  // namespace holdfast::cmd
