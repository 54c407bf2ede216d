// SPDX-License-Identifier: MIT
// Where the stack of a thread lies, seen from outside. The kernel does not label thread stacks, and
// shows one together with whatever anonymous memory happens to lie above it; what is certain is the
// stack pointer and the guard below.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/memory_range.h"
#include "core/proc_maps.h"

namespace holdfast {

/// What is known about the thread whose memory is looked at.
struct ThreadPlace {
  int tid = 0;
  std::string name;
  bool is_main = false;
  std::optional<uintptr_t> stack_pointer;  ///< Nothing while it runs, or without permission.
  std::optional<MemoryRange> stack;        ///< From the thread itself (pthread_getattr_np), if so.
  size_t stack_limit_bytes = size_t{8} << 20;  ///< glibc makes thread stacks as large as this.
  size_t page_bytes = 4096;
};

/// A thread's stack. It also holds the thread's static thread-local storage, at its upper end.
struct StackRange {
  MemoryRange range;
  bool is_exact = false;  ///< False: the upper end is where a stack of the usual size would end.
};

/// Nothing when neither the range nor the stack pointer is known; the main thread's is always
/// found.
std::optional<StackRange> find_stack(const std::vector<Mapping>& mappings,
                                     const ThreadPlace& place);

}  // namespace holdfast
