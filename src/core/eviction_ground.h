// SPDX-License-Identifier: MIT
// What an Evictor needs done: looking at pages and pushing at them. One implementation acts on the
// own process, one on another; tests have one that is neither.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "core/residency.h"

namespace holdfast {

/// Neighbouring pages of one part.
struct PageRun {
  size_t first = 0;
  size_t count = 0;
};

/// One page as it is now.
struct PageLook {
  PageState state = PageState::kUnknown;
  bool is_file = false;    ///< Its content is that of a file; no private copy.
  bool is_shared = false;  ///< Another process has it mapped.
  bool is_locked = false;
  bool is_dirty = false;    ///< Only known to root.
  bool is_written = false;  ///< On its way to swap or file at this moment.
  /// Of kSwapped: whether RAM still holds a copy is not known.
  bool is_unclear = false;
};

/// Parts are numbered; each is one mapping, or a piece of one. One thread.
class EvictionGround {
 public:
  EvictionGround() = default;
  EvictionGround(const EvictionGround&) = delete;
  EvictionGround& operator=(const EvictionGround&) = delete;
  virtual ~EvictionGround() = default;

  /// Keeps every thread that could touch the pages from running. Where that cannot be done it does
  /// nothing: pages may come back while they are pushed out.
  virtual Result<> hold() = 0;
  virtual void release() = 0;

  /// The pages of `run` into `looks`. Errors: kUnavailable with ESRCH when the process has ended.
  virtual Result<> look(size_t part, const PageRun& run, std::vector<PageLook>& looks) = 0;

  /// Asks the kernel to take mapped pages away. Refusals show in the next look.
  virtual void page_out(size_t part, std::span<const PageRun> runs) = 0;
  /// Reads a byte of every page, so that what is in RAM is mapped again, and clean.
  virtual void read_back(size_t part, std::span<const PageRun> runs) = 0;
  /// Drops pages of a file that nobody has mapped.
  virtual void forget(size_t part, std::span<const PageRun> runs) = 0;
  /// Makes the kernel put pages that were just used where page_out() sees them. Slow.
  virtual void drain() = 0;

  /// May this user page out pages of this part's file?
  [[nodiscard]] virtual bool is_permitted(size_t part) const = 0;
  [[nodiscard]] virtual bool has_free_swap() const = 0;

  [[nodiscard]] virtual Nanos now() const = 0;
  /// Waits a moment for a disk.
  virtual void pause() = 0;
  /// Waits while nobody is held.
  virtual void rest(Nanos time) = 0;
};

}  // namespace holdfast
