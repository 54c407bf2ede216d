// SPDX-License-Identifier: MIT
// How a load is laid out: how much memory is locked away, how much is left in which everybody must
// turn round, and how large the rings are that turn it. The smaller the room, the sooner a page
// that nobody touches is taken; too small, and the kernel kills.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "core/load_target.h"

namespace holdfast {

/// What can be pressed, in bytes: below, the presser itself has no room.
inline constexpr int64_t kSmallestLimit = int64_t{16} << 20;

/// What the load touches.
enum class LoadKind { kAnonymous, kFile, kMixed };

/// What is there.
struct LoadGround {
  int64_t limit_bytes = INT64_MAX;  ///< Of the cgroup; INT64_MAX: the whole machine is pressed.
  int64_t machine_bytes = 0;
  int64_t machine_available_bytes = 0;
  int64_t swap_free_bytes = 0;
  int processors = 1;

  [[nodiscard]] bool is_whole_machine() const { return limit_bytes == INT64_MAX; }
};

/// What is wished for; 0: as the plan finds best.
struct LoadWishes {
  std::optional<LoadKind> kind;               ///< None: data where there is swap, else files.
  int64_t floor_bytes = 0;                    ///< What the machine must keep available.
  int64_t room_bytes = 0;                     ///< What is not locked away.
  std::optional<double> squeezes_per_second;  ///< 0: never.
};

/// The layout.
struct LoadPlan {
  LoadKind kind = LoadKind::kAnonymous;  ///< What of the wish is possible.
  int64_t machine_floor_bytes = 0;       ///< Below this available, the load ends.
  int64_t floor_bytes = 0;               ///< What ballast leaves in the scope, in any case.
  int64_t ballast_bytes = 0;             ///< At most.
  int64_t ring_bytes = 0;                ///< Of each ring of each worker.
  int workers = 1;                       ///< That turn rings.
  /// All of these share one processor. Stall time is told as the mean over processors, each as
  /// heavy as it is busy, so workers that move between them would make it unsteady; and this way
  /// the load never costs more than one.
  bool is_on_one_processor = false;
  double squeezes_per_second = 0;

  friend bool operator==(const LoadPlan&, const LoadPlan&) = default;
};

/// Errors, each with what to do: kUnavailable where the target cannot be had from this kind of
/// pages (swap-out without swap or without anonymous pages), where too little memory is available,
/// or where a limit is too small; kUsage for a room that is larger than what there is.
Result<LoadPlan> plan_load(LoadGoal goal, const LoadGround& ground, const LoadWishes& wishes);

}  // namespace holdfast
