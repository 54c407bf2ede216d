// SPDX-License-Identifier: MIT
// The registers of a thread that is held by ptrace and the upper part of its stack: enough to say
// later, when it runs again, through which functions it came here.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast::probe {

/// One moment of one thread.
struct ThreadSnapshot {
  uint64_t program_counter = 0;
  uint64_t stack_pointer = 0;
  /// In DWARF's order for this machine; only `register_count` of them. None for a thread of another
  /// kind (32-bit on a 64-bit machine).
  std::array<uint64_t, 33> registers = {};
  unsigned register_count = 0;
  std::vector<std::byte> stack;  ///< From `stack_pointer` upward.
};

/// `thread` is held. `program_counter` and `stack_pointer` come from PTRACE_GET_SYSCALL_INFO, which
/// knows them for threads of any kind. Reads up to 32 KiB; pages among them that are in swap come
/// back in.
ThreadSnapshot take_thread_snapshot(pid_t thread, uint64_t program_counter, uint64_t stack_pointer);

}  // namespace holdfast::probe
