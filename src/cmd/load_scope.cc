// SPDX-License-Identifier: MIT
#include "cmd/load_scope.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "act/stall_cgroup.h"
#include "act/state_directory.h"
#include "act/temp_swap.h"
#include "core/byte_size.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kMachineStalls =
    "cgroups do not tell memory stalls (PSI) here, so those of the whole machine are taken: true "
    "as "
    "long as nobody else is short of memory";

/// Swap of its own, where the machine has too little.
void provide_swap(LoadScope& scope, const LoadScopeOptions& options) {
  const int64_t wanted = options.swap_bytes;
  if (!options.always_makes_swap && scope.ground.swap_free_bytes >= wanted) return;
  const auto made = act::provide_temp_swap(*scope.watchdog, wanted);
  if (made) {
    scope.ground.swap_free_bytes += wanted;
  } else {
    scope.notes.push_back(made.error().what);
  }
}

/// A cgroup of version 2 beside that of version 1, to ask it about stalls.
Result<std::string> make_stall_cgroup(act::CleanupWatchdog& watchdog) {
  HF_TRY_ASSIGN(std::string directory, act::plan_stall_cgroup());
  HF_TRY(watchdog.promise_undo({UndoKind::kCgroup, directory}));
  HF_TRY(act::create_stall_cgroup(directory));
  return directory;
}

void watch_stalls_in(LoadScope& scope, const std::string& directory) {
  scope.sources.stall_file = act::stall_file(directory);
}

Result<> make_own(LoadScope& scope, const LoadScopeOptions& options) {
  if (options.limit_bytes >= scope.ground.machine_available_bytes) {
    return unavailable("a cgroup of " + format_byte_size(options.limit_bytes) +
                       " would press the whole machine, of which " +
                       format_byte_size(scope.ground.machine_available_bytes) +
                       " are available; lower --limit, or ask for that with --machine");
  }
  HF_TRY_ASSIGN(const act::MemoryCgroup cgroup, act::MemoryCgroup::plan());
  if (const int64_t around = cgroup.left_around_bytes(); options.limit_bytes >= around) {
    return unavailable("a cgroup of " + format_byte_size(options.limit_bytes) +
                       " would press the cgroups around it, which can spare " +
                       format_byte_size(std::max<int64_t>(0, around)) + "; lower --limit");
  }
  HF_TRY_ASSIGN(act::CleanupWatchdog watchdog, act::CleanupWatchdog::start());
  scope.watchdog.emplace(std::move(watchdog));
  HF_TRY(scope.watchdog->promise_undo({UndoKind::kCgroup, cgroup.directory()}));
  HF_TRY(cgroup.create(options.limit_bytes));
  (void)cgroup.set_swappiness(100).ok();  // version 1 only; without it data leave later than code
  scope.cgroup = cgroup;
  if (cgroup.version() == CgroupVersion::kV2) {
    watch_stalls_in(scope, cgroup.directory());
  } else if (auto stalls = make_stall_cgroup(*scope.watchdog)) {
    scope.stall_cgroup = *stalls;
    watch_stalls_in(scope, *stalls);
  } else {
    scope.notes.push_back(kMachineStalls);
  }
  if (options.swap_bytes > 0) provide_swap(scope, options);
  return Done{};
}

/// A cgroup that somebody else has made: pressed only if a limit keeps the rest of the machine out
/// of it.
Result<> take_existing(LoadScope& scope, const act::MemoryCgroup& cgroup) {
  HF_TRY_ASSIGN(const int64_t limit, cgroup.limit_bytes());
  if (limit >= scope.ground.machine_bytes) {
    return unavailable("the memory cgroup " + cgroup.directory() +
                       " has no limit, so the whole machine would be pressed; set one, or ask for "
                       "that with --machine");
  }
  if (access((cgroup.directory() + "/cgroup.procs").c_str(), W_OK) != 0) {
    return unavailable("may not enter the cgroup " + cgroup.directory() + "; run it as root");
  }
  scope.cgroup = cgroup;
  if (cgroup.version() == CgroupVersion::kV2) watch_stalls_in(scope, cgroup.directory());
  return Done{};
}

Result<> take_cgroup(LoadScope& scope, const std::string& directory) {
  HF_TRY_ASSIGN(const act::MemoryCgroup cgroup, act::MemoryCgroup::existing(directory));
  HF_TRY(take_existing(scope, cgroup));
  if (scope.sources.stall_file.empty()) scope.notes.push_back(kMachineStalls);
  return Done{};
}

Result<> take_cgroup_of(LoadScope& scope, pid_t pid) {
  HF_TRY_ASSIGN(const act::MemoryCgroup cgroup, act::MemoryCgroup::of_process(pid));
  HF_TRY(take_existing(scope, cgroup));
  if (!scope.sources.stall_file.empty()) return Done{};
  const auto own = act::stall_cgroup_of(std::to_string(pid));
  if (own && act::is_own_stall_cgroup(*own)) {
    scope.stall_cgroup = *own;
    watch_stalls_in(scope, *own);
  } else {
    scope.notes.push_back(kMachineStalls);
  }
  return Done{};
}

Result<> choose(LoadScope& scope, const LoadScopeOptions& options) {
  if (options.is_machine) return Done{};
  if (options.pid > 0) return take_cgroup_of(scope, options.pid);
  if (!options.cgroup.empty()) return take_cgroup(scope, options.cgroup);
  return make_own(scope, options);
}

}  // namespace

Result<LoadScope> make_load_scope(const LoadScopeOptions& options) {
  HF_TRY_ASSIGN(const act::MachineMemory machine, act::read_machine_memory());
  LoadScope scope;
  scope.ground.machine_bytes = machine.total_bytes;
  scope.ground.machine_available_bytes = machine.room.available_bytes;
  scope.ground.swap_free_bytes = machine.room.swap_free_bytes;
  scope.ground.processors = static_cast<int>(std::thread::hardware_concurrency());
  HF_TRY(choose(scope, options));
  if (!scope.cgroup) return scope;
  HF_TRY_ASSIGN(scope.ground.limit_bytes, scope.cgroup->limit_bytes());
  scope.sources.memory_stat = scope.cgroup->directory() + "/memory.stat";
  return scope;
}

int64_t left_in(const LoadScope& scope, const act::MachineMemory& machine) {
  if (!scope.cgroup) return machine.room.available_bytes;
  const auto left = scope.cgroup->left_bytes();
  return left ? *left : 0;
}

}  // namespace holdfast::cmd
