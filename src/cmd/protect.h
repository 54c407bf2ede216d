// SPDX-License-Identifier: MIT
// What every program here does for its audio thread before the first block: lock what it touches,
// and ask for real-time priority. What is refused becomes a limitation that the result carries.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/memory_range.h"

namespace holdfast::cmd {

/// What was reached.
struct Protection {
  std::string scheduling;  ///< As read back: "SCHED_FIFO 70".
  int64_t locked_bytes = 0;
  std::vector<std::string> limitations;  ///< One sentence each, with what to do.
};

inline constexpr int kAudioPriority = 70;
inline constexpr int kObserverPriority = 1;

/// The code and data, apart from a device's own, that our audio thread touches: the marked section,
/// the pages of three functions of libc, the program's constants, and the writable segments (GOT
/// and loader data among them).
std::vector<MemoryRange> audio_thread_code();

/// All code and data of the program itself; libraries not included.
std::vector<MemoryRange> whole_program();

/// Whose business the priority of the audio thread is.
enum class Priority {
  kOurs,     ///< Asked for here.
  kSystems,  ///< The sound system's: read back, and left as it is.
};

/// Locks `ranges`, in this order, and makes `thread` real-time. 0 as thread: no audio thread.
Protection protect(pid_t thread, std::span<const MemoryRange> ranges,
                   Priority priority = Priority::kOurs);

/// The same for the thread that keeps up with an observed one; what is refused comes back as
/// limitations. Its priority is the lowest real-time one: it may wait for any audio thread, but for
/// nobody else. 0 as thread: there is none.
std::vector<std::string> protect_observer(pid_t thread, std::span<const MemoryRange> ranges);

/// Priority only: for a thread whose memory is to be left alone.
Protection leave_unlocked(pid_t thread, Priority priority = Priority::kOurs);

}  // namespace holdfast::cmd
