// SPDX-License-Identifier: MIT
// A memory cgroup with a limit: the fence inside which memory pressure is made, so that only those
// inside feel it. Speaks version 1 and version 2. A plan only names the cgroup; promise its undo to
// the watchdog before it is created.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "core/memory_cgroup_place.h"
#include "core/memory_room.h"

namespace holdfast::act {

/// One memory cgroup, by path. Owns nothing: copying it makes no second cgroup.
class MemoryCgroup {
 public:
  /// A new child "holdfast-cgroup-PID-RANDOM" beside or below the own cgroup; nothing is made yet.
  /// Errors: kUnavailable when no memory cgroup is mounted, with how to get one.
  static Result<MemoryCgroup> plan(const std::string& root = "/proc");

  /// The existing cgroup at `path`. Errors: kUsage when it is no memory cgroup.
  static Result<MemoryCgroup> existing(const std::string& path);

  /// The memory cgroup of process `pid`. Errors: kUnavailable when the process has ended, or when
  /// its cgroup has no limit of its own to be set (the root, or no memory controller).
  static Result<MemoryCgroup> of_process(pid_t pid, const std::string& root = "/proc");

  /// Makes the planned cgroup. Errors: kUnavailable when this user may not, with how to get it.
  Result<> create(int64_t limit_bytes) const;

  /// Sets the hard limit. Version 1 refuses with EBUSY when it cannot get usage below it.
  Result<> set_limit(int64_t limit_bytes) const;
  /// How eagerly anonymous pages are taken (0..100). Version 2 has no such control: kUnavailable.
  Result<> set_swappiness(int swappiness) const;

  /// Asks the kernel to take every page that was not in use just now: to swap, or dropped. Waits
  /// until it has tried. Errors: kUnavailable where it cannot be asked (version 2 before
  /// Linux 5.19).
  Result<> take_everything() const;

  /// Moves a process in. What it has allocated before stays charged where it was.
  Result<> add(pid_t pid) const;
  /// Moves a process from a planned cgroup back to where this process was when it was planned.
  Result<> move_home(pid_t pid) const;

  [[nodiscard]] Result<int64_t> limit_bytes() const;  ///< INT64_MAX when there is none.
  [[nodiscard]] Result<int64_t> usage_bytes() const;
  /// How often the limit was hit. Version 1: memory.failcnt; version 2: "max" in memory.events.
  [[nodiscard]] Result<int64_t> limit_hits() const;
  /// What its limit leaves without swapping.
  [[nodiscard]] Result<int64_t> left_bytes() const;
  /// What the cgroups around this one leave above their floors, negative below: those inside them
  /// are bystanders. INT64_MAX when none of them has a limit.
  [[nodiscard]] int64_t left_around_bytes() const;
  /// What may still be taken, counting `swap_free_bytes` of the machine.
  [[nodiscard]] Result<MemoryRoom> room(int64_t swap_free_bytes) const;

  [[nodiscard]] CgroupVersion version() const { return place_.version; }
  [[nodiscard]] const std::string& directory() const { return place_.directory; }

 private:
  MemoryCgroup(MemoryCgroupPlace place, std::string home)
      : place_(std::move(place)), home_(std::move(home)) {}
  [[nodiscard]] std::string file(const char* v1, const char* v2) const;

  MemoryCgroupPlace place_;
  std::string home_;
};

}  // namespace holdfast::act
