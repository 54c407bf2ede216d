// SPDX-License-Identifier: MIT
// Everything there is to know about a thread before its memory is watched: which thread, why it,
// where its stack is, what its process has mapped and locked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/memory_range.h"
#include "base/result.h"
#include "core/proc_status.h"
#include "core/regions.h"
#include "core/thread_choice.h"

namespace holdfast::probe {

/// A thread to watch. `missing` says what could not be found out, and what it would take.
struct WatchTarget {
  int pid = 0;
  std::string program;  ///< Path.
  ProcessStatus status;
  ThreadChoice choice;
  std::vector<Region> regions;
  /// The locked mappings; nothing when that could not be read.
  std::optional<std::vector<MemoryRange>> locked;
  std::vector<Unavailable> missing;
};

/// `wanted` as in choose_thread(); `stack` when the thread itself said where its stack is. Holds up
/// mmap() of a process that has locked memory for some milliseconds, once: see
/// read_locked_mappings(). Errors: kUnavailable when the process is gone or not ours, kUsage when
/// there is no such thread.
Result<WatchTarget> read_watch_target(int pid, const std::string& wanted,
                                      const std::optional<MemoryRange>& stack = std::nullopt,
                                      const std::string& root = "/proc");

}  // namespace holdfast::probe
