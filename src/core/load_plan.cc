// SPDX-License-Identifier: MIT
#include "core/load_plan.h"

#include <algorithm>
#include <string>

#include "core/byte_size.h"
#include "core/memory_room.h"

namespace holdfast {
namespace {

/// Below this a cgroup cannot hold the worker, its ring and anybody else.
/// A ring must not fit into the room, or nothing would have to leave.
constexpr int64_t kRingSurplus = 16 * kMebibyte;
/// Less swap than this is as good as none.
constexpr int64_t kLeastSwap = 32 * kMebibyte;
/// One worker alone cannot wait all the time: it also clears pages, which is no stall. Measured:
/// one reaches 45 % of PSI "some", two 72 %, three 83 %.
constexpr int kStallWorkers = 3;
/// Measured in the same cgroup: with 100 a second, each of 1200 touches of rarely used pages was a
/// major fault, for 6 % of a processor; with 20 a third of them, with rings alone at most a third.
constexpr double kSqueezesPerSecond = 100;
constexpr double kOnlyAtTheBeginning = 1e-6;

/// What is pressed, in bytes.
int64_t scope_bytes(const LoadGround& ground) {
  return ground.is_whole_machine() ? ground.machine_bytes : ground.limit_bytes;
}

/// Measured in a cgroup of 48 MiB beside a victim of 1.5 MiB: the kernel killed the load with 4 MiB
/// of room, not with 8.
int64_t best_room(const LoadGround& ground) {
  const int64_t smallest = ground.is_whole_machine() ? 256 * kMebibyte : 8 * kMebibyte;
  return std::max(smallest, scope_bytes(ground) / 16);
}

/// The kind that can be had: without swap, anonymous pages cannot leave.
Result<LoadKind> possible_kind(LoadGoal goal, const LoadGround& ground,
                               std::optional<LoadKind> wish) {
  const bool has_swap = ground.swap_free_bytes >= kLeastSwap;
  if (goal == LoadGoal::kSwapOut && wish == LoadKind::kFile) {
    return usage_error(
        "pages of files are dropped, not swapped out; use --kind anon with --swap-out");
  }
  if (has_swap || wish == LoadKind::kFile) return wish.value_or(LoadKind::kAnonymous);
  if (goal == LoadGoal::kSwapOut) {
    return unavailable(
        "nothing can be swapped out: this machine has no free swap; run it as root "
        "without --cgroup, --pid or --machine, and a temporary one is made");
  }
  if (wish != LoadKind::kAnonymous) return LoadKind::kFile;
  return unavailable("without free swap no data can leave memory; code can: use --kind file");
}

Result<> check_ground(const LoadGround& ground, int64_t machine_floor_bytes) {
  if (ground.machine_available_bytes < machine_floor_bytes) {
    return unavailable("only " + format_byte_size(ground.machine_available_bytes) +
                       " of memory are available, and " + format_byte_size(machine_floor_bytes) +
                       " are to stay so; free some, or lower --floor");
  }
  if (ground.is_whole_machine() || ground.limit_bytes >= kSmallestLimit) return Done{};
  return unavailable("the cgroup's limit of " + format_byte_size(ground.limit_bytes) +
                     " is too small to be pressed; it must be 16 MiB or more");
}

bool is_share_of_time(LoadGoal goal) {
  return goal == LoadGoal::kStallsSome || goal == LoadGoal::kStallsFull;
}

/// How often the cgroup is emptied. The whole machine never is. Nor, but for the beginning, is one
/// whose stalls are held: they would become those of the emptying, and memory would never be full.
double squeezes(LoadGoal goal, const LoadGround& ground, const LoadWishes& wishes) {
  if (ground.is_whole_machine()) return 0;
  return wishes.squeezes_per_second.value_or(is_share_of_time(goal) ? kOnlyAtTheBeginning
                                                                    : kSqueezesPerSecond);
}

}  // namespace

Result<LoadPlan> plan_load(LoadGoal goal, const LoadGround& ground, const LoadWishes& wishes) {
  LoadPlan plan;
  plan.machine_floor_bytes =
      wishes.floor_bytes > 0 ? wishes.floor_bytes : machine_floor(ground.machine_bytes);
  HF_TRY(check_ground(ground, plan.machine_floor_bytes));
  const int64_t scope = scope_bytes(ground);
  plan.floor_bytes = ground.is_whole_machine() ? plan.machine_floor_bytes : 4 * kMebibyte;
  plan.is_on_one_processor = is_share_of_time(goal);
  plan.workers = plan.is_on_one_processor ? kStallWorkers : 1;
  if (goal == LoadGoal::kLeft) {
    plan.workers = 0;
    plan.ballast_bytes = scope;
    return plan;
  }
  if (goal == LoadGoal::kPasses) {
    plan.workers = 0;
    plan.floor_bytes = ground.is_whole_machine() ? plan.machine_floor_bytes : cgroup_floor(scope);
    return plan;
  }
  HF_TRY_ASSIGN(plan.kind, possible_kind(goal, ground, wishes.kind));
  const int64_t room = wishes.room_bytes > 0 ? wishes.room_bytes : best_room(ground);
  if (room > scope) {
    return Error{
        ErrorKind::kUsage, 0,
        "a room of " + format_byte_size(room) + " does not fit into " + format_byte_size(scope)};
  }
  const int64_t base =
      ground.is_whole_machine() ? ground.machine_available_bytes - plan.machine_floor_bytes : scope;
  plan.ballast_bytes = std::max<int64_t>(0, base - room);
  plan.squeezes_per_second = squeezes(goal, ground, wishes);
  plan.ring_bytes = 2 * room / plan.workers + kRingSurplus;
  if (plan.kind != LoadKind::kFile) {
    plan.ring_bytes = std::min(plan.ring_bytes, ground.swap_free_bytes * 3 / 4 / plan.workers);
  }
  return plan;
}

}  // namespace holdfast
