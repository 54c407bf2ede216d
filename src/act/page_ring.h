// SPDX-License-Identifier: MIT
// Pages that are touched round and round, more of them than fit: what makes the kernel take pages
// away, from their owner and from everybody around.
#pragma once

#include <cstdint>

#include "base/quantity.h"
#include "base/result.h"

namespace holdfast::act {

/// What the pages are. Anonymous ones must be written to swap before they can be taken; pages of a
/// file are dropped, so that they press code away even where there is no swap.
enum class RingKind { kAnonymous, kFile };

/// How the next round begins. Fresh pages are new memory each time: they push others out, and
/// themselves cost no reading back. Old ones have left in the meantime and must come back.
enum class RingTouch { kFresh, kAgain };

/// One ring of pages. Movable; the destructor gives everything back.
class PageRing {
 public:
  /// Reserves `size_bytes` (rounded up to whole steps of 64 KiB); takes no memory yet. The file of
  /// kFile has no name and holds nothing, so it needs no disk space and cannot stay behind. Errors:
  /// kUnavailable when there is no writable directory on a disk (/var/tmp, /tmp).
  static Result<PageRing> make(RingKind kind, int64_t size_bytes);

  PageRing(PageRing&& other) noexcept;
  PageRing& operator=(PageRing&&) = delete;
  ~PageRing();

  /// Touches the next 64 KiB; may be killed by the kernel meanwhile. Returns how long it waited for
  /// memory: the time of all touches that took 20 us or more (with a free page at hand it is 1 us).
  Nanos touch_step(RingTouch touch);

  static constexpr int64_t kStepBytes = int64_t{64} * 1024;

 private:
  PageRing(RingKind kind, char* memory, int64_t size_bytes)
      : kind_(kind), memory_(memory), size_bytes_(size_bytes) {}

  RingKind kind_;
  char* memory_;
  int64_t size_bytes_;
  int64_t at_ = 0;
};

}  // namespace holdfast::act
