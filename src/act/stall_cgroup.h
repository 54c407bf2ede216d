// SPDX-License-Identifier: MIT
// A cgroup of version 2 for no other purpose than to be asked how long those inside waited for
// memory (PSI). Where the memory controller belongs to version 1, as on many machines that mount
// both, this is the only way to tell them from the rest of the machine.
#pragma once

#include <string>

#include "base/result.h"

namespace holdfast::act {

/// The directory of a new child below this process's own cgroup of version 2; nothing is made yet.
/// Promise its undo (UndoKind::kCgroup) to the watchdog before it is created. Errors: kUnavailable
/// when no such cgroups are mounted.
Result<std::string> plan_stall_cgroup(const std::string& root = "/proc");

/// Makes it. Errors: kUnavailable when this user may not, or when cgroups do not tell (booted with
/// psi=0, or a kernel before 4.20).
Result<> create_stall_cgroup(const std::string& directory);

/// Moves the calling process in.
Result<> enter_stall_cgroup(const std::string& directory);

/// True when it tells about those inside, and not about the whole machine as the root does, and
/// when this user may move processes in.
bool is_own_stall_cgroup(const std::string& directory);

/// Where process `pid` is in version 2. Errors as plan_stall_cgroup(), and when it has ended.
Result<std::string> stall_cgroup_of(const std::string& pid, const std::string& root = "/proc");

/// The file that tells, in such a directory.
std::string stall_file(const std::string& directory);

}  // namespace holdfast::act
