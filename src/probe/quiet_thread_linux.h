// SPDX-License-Identifier: MIT
// A thread of an observer's own: it takes no signals, and its stack is so small that all of it can
// be locked.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <cstddef>

#include "base/memory_range.h"
#include "base/result.h"

namespace holdfast::probe {

/// Owner: one thread; not movable. Whoever owns it tells the body to end before join().
class QuietThread {
 public:
  using Body = void (*)(void* context);

  QuietThread() = default;
  ~QuietThread() { join(); }
  QuietThread(const QuietThread&) = delete;
  QuietThread& operator=(const QuietThread&) = delete;

  /// Starts it, once, and waits for its id. `name`: at most 15 characters; it names the thread, and
  /// lives as long. Errors: kSystem.
  Result<> start(const char* name, Body body, void* context);
  /// Waits for its end; nothing when it was never started.
  void join();

  /// Kernel id; 0 before start().
  [[nodiscard]] pid_t id() const { return id_.load(); }
  /// Its stack, with thread-local storage in it; empty before start(). `name`: of the range.
  [[nodiscard]] MemoryRange stack(const char* name) const;

 private:
  static void* enter(void* self);
  int create(size_t stack_bytes);

  pthread_t thread_ = {};
  bool is_created_ = false;
  const char* name_ = nullptr;
  Body body_ = nullptr;
  void* context_ = nullptr;
  std::atomic<pid_t> id_{0};
};

}  // namespace holdfast::probe
