// SPDX-License-Identifier: MIT
// What a real-time thread should have locked, in the order in which it helps, as far as a limit
// allows: the used part of its stack, the pages it was seen to wait for, the pages it was seen to
// touch, and those that a fault next to them brought along, so that their own touch went unseen.
#pragma once

#include <cstdint>
#include <vector>

#include "core/address_space.h"
#include "core/working_set.h"

namespace holdfast {

/// Why a range is to be locked; in the order of the plan.
enum class LockReason : uint8_t {
  kStack,      ///< The thread's own, from the deepest use that was seen, and a margin.
  kWaited,     ///< It waited for I/O there.
  kTouched,    ///< It faulted there without I/O.
  kAlongside,  ///< The kernel maps up to 64 KiB of a file around a fault: used or not is not seen.
};

/// "stack", "waited", "touched", "alongside".
std::string_view name_of(LockReason reason);

/// Whole pages without a gap, of one owner.
struct PlannedLock {
  LockReason reason = LockReason::kStack;
  uint64_t begin = 0;
  int64_t size_bytes = 0;
  PageOwner owner;  ///< Of the page that cost most; its file_offset is that of `begin`.
  int64_t major = 0;
  int64_t others = 0;
  Nanos time;  ///< What all faults in it cost while the thread was looked at.
};

/// Ranges do not overlap.
struct LockPlan {
  std::vector<PlannedLock> locks;     ///< In the order in which to lock.
  std::vector<PlannedLock> left_out;  ///< Found no room under the limit; the same order.
  int64_t gone_pages = 0;    ///< Touched, and not mapped any more (or never lockable: [vdso]).
  int64_t mapped_bytes = 0;  ///< What mlockall(MCL_CURRENT) would be charged for; 0 not known.

  [[nodiscard]] int64_t locked_bytes() const;
  [[nodiscard]] int64_t left_out_bytes() const;
};

/// Plans for `thread`. A range that does not fit under `limit_bytes` is left out, and smaller ones
/// behind it still get their chance.
LockPlan plan_locks(const WorkingSet& set, const AddressSpace& space, uint32_t thread,
                    int64_t limit_bytes);

}  // namespace holdfast
