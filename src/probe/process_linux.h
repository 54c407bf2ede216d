// SPDX-License-Identifier: MIT
// What /proc says about one process and its threads: each function reads one file and hands it to
// its parser in core. `root` is /proc, or a folder of recorded files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/memory_range.h"
#include "base/result.h"
#include "core/lock_room.h"
#include "core/proc_maps.h"
#include "core/proc_stat.h"
#include "core/proc_status.h"
#include "core/proc_syscall.h"

namespace holdfast::probe {

/// Errors: kUnavailable "no process N ..." when there is none. Any user.
Result<ProcessStatus> read_process_status(int pid, const std::string& root = "/proc");

/// Ids of all processes that this user can see, kernel threads included, by rising id. Errors: what
/// the system says of `root`.
Result<std::vector<int>> read_process_ids(const std::string& root = "/proc");

/// All threads, by rising id; those that end meanwhile are left out. Any user.
Result<std::vector<TaskStat>> read_threads(int pid, const std::string& root = "/proc");

/// Errors: kUnavailable for other users' processes. Does not hold up the process, unlike reading
/// smaps.
Result<std::vector<Mapping>> read_mappings(int pid, const std::string& root = "/proc");

/// The path of the program, as it appears in its mappings.
Result<std::string> read_program_path(int pid, const std::string& root = "/proc");

/// The soft limit of the stack; nothing when unlimited. Any user.
Result<std::optional<size_t>> read_stack_limit(int pid, const std::string& root = "/proc");

/// The soft limit of locked memory; nothing when unlimited. A process with CAP_IPC_LOCK may lock
/// more, whatever the limit says. Any user.
Result<std::optional<int64_t>> read_lock_limit(int pid, const std::string& root = "/proc");

/// What it has locked and may lock now; whether the limit counts for it at all. Any user.
Result<LockRoom> read_lock_room(int pid, const std::string& root = "/proc");

/// Which mappings are locked. Reads smaps: holds up mmap() of the process for up to 11 ms, so call
/// it once, before measuring.
Result<std::vector<MemoryRange>> read_locked_mappings(int pid, const std::string& root = "/proc");

/// Where the thread waits in the kernel. A thread that runs is asked again, for up to 50 ms.
/// Errors: kUnavailable when it ran each time, or when the kernel refuses: this needs the right to
/// ptrace the process, more than the other functions here.
Result<BlockedAt> read_blocked_at(int pid, int tid, const std::string& root = "/proc");

}  // namespace holdfast::probe
