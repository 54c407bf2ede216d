// SPDX-License-Identifier: MIT
// Where no event tells of page faults: which pages of a thread's process came back to memory
// between two looks. It names a page, not who touched it nor when, so it supports a verdict that
// other counters have reached, and makes none.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "base/memory_range.h"
#include "base/result.h"
#include "probe/residency_watch_linux.h"
#include "rt/record.h"

namespace holdfast::probe {

/// Looks at the stack, text and data of a thread and its process, the nearest to the thread first,
/// up to 32 MiB. Not thread safe.
class PageReturns {
 public:
  /// `stack`: when the thread itself said where it is. Errors: as read_watch_target() and
  /// ResidencyWatch::open().
  static Result<PageReturns> open(pid_t pid, pid_t thread, const std::optional<MemoryRange>& stack);

  /// Appends a kFault record without begin for the first page of each region that was out of memory
  /// at the look before and is in it now; its time is that of this look. Takes up to 0.5 ms.
  void look(std::vector<Record>& facts);

 private:
  PageReturns(pid_t thread, ResidencyWatch watch) : thread_(thread), watch_(std::move(watch)) {}

  pid_t thread_;
  ResidencyWatch watch_;
};

}  // namespace holdfast::probe
