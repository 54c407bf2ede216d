// SPDX-License-Identifier: MIT
// The two passes of the seed's MemLoad: lock as much memory as possible until it is refused, then
// allocate as much again. The first takes pages away for good; the second, which needs more than is
// left, makes the kernel push out what others have not touched for longest.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/memory_range.h"
#include "core/memory_room.h"

namespace holdfast::act {

/// What bounds the passes. Without `room` nothing does but the kernel: the seed's original.
struct PressureLimits {
  std::function<MemoryRoom()> room;  ///< Asked before each step.
  int64_t floor_bytes = 0;           ///< What `room` must keep available.
  std::function<bool()> is_stop_wanted = [] { return false; };
};

/// Why a pass ended.
enum class PassEnd {
  kTarget,   ///< Everything that was asked for.
  kRefused,  ///< The kernel said no; see `system_errno`.
  kFloor,    ///< The next step would have broken the floor.
  kStopped,  ///< A stop was asked for.
};

struct PassOutcome {
  int64_t bytes = 0;
  PassEnd end = PassEnd::kTarget;
  int system_errno = 0;
};

/// The memory taken so far; given back by the destructor.
class MemoryPressure {
 public:
  explicit MemoryPressure(PressureLimits limits) : limits_(std::move(limits)) {}
  MemoryPressure(const MemoryPressure&) = delete;
  MemoryPressure& operator=(const MemoryPressure&) = delete;
  ~MemoryPressure();

  /// First pass: maps and locks up to `most_bytes` in steps of 1 MiB, in smaller ones after a
  /// refusal, until not even a page is granted.
  PassOutcome lock_pass(int64_t most_bytes = INT64_MAX);
  /// Second pass: maps and writes `target_bytes`, each page once.
  PassOutcome allocate_pass(int64_t target_bytes);

 private:
  enum class Take { kLock, kWrite };
  PassOutcome run_pass(Take take, int64_t target_bytes);
  [[nodiscard]] bool has_room(Take take, int64_t size_bytes) const;
  int take_step(Take take, size_t size_bytes);

  PressureLimits limits_;
  std::vector<MemoryRange> taken_;
};

}  // namespace holdfast::act
