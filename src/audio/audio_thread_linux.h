// SPDX-License-Identifier: MIT
// The audio thread of devices that leave its making to us (virtual, ALSA). It is born parked on a
// stack of known place and size, with every page of that stack already touched, so that whoever
// composes the program can lock and prioritise it before its first block.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <cstddef>

#include "base/memory_range.h"
#include "base/result.h"

namespace holdfast::audio {

/// A parked thread with a small stack of its own. Owner: one thread.
class AudioThread {
 public:
  /// Deep enough for any callback here; small enough to lock under an 8 MiB limit. Programs with
  /// large thread-local storage (sanitizers) get that much more.
  static constexpr size_t kStackBytes = size_t{64} * 1024;

  AudioThread() = default;
  ~AudioThread();
  AudioThread(const AudioThread&) = delete;
  AudioThread& operator=(const AudioThread&) = delete;

  /// Creates the thread, parked. `body(context)` runs after release().
  Result<> create(void (*body)(void*), void* context);
  /// Lets the body run.
  void release();
  /// Waits for the end of the body; lets a thread go that was never released, without running it.
  void join();

  /// Kernel id; 0 before create().
  [[nodiscard]] pid_t id() const { return id_.load(); }
  /// The whole stack, thread control block and static TLS included.
  [[nodiscard]] MemoryRange stack() const;
  /// The upper end of the stack: static TLS and the thread control block.
  [[nodiscard]] MemoryRange thread_local_storage() const;

 private:
  static void* enter(void* self);
  enum Gate : int { kParked = 0, kReleased = 1, kCancelled = 2 };
  void open_gate(Gate gate);

  pthread_t thread_ = {};
  unsigned char* mapping_ = nullptr;
  size_t stack_bytes_ = kStackBytes;
  void (*body_)(void*) = nullptr;
  void* context_ = nullptr;
  std::atomic<pid_t> id_{0};
  std::atomic<int> gate_{kParked};
  bool is_created_ = false;
};

}  // namespace holdfast::audio
