// SPDX-License-Identifier: MIT
// The audio thread that a program here starts to look at, when it is not told to look at another.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <string>

#include "audio/virtual_device.h"
#include "base/memory_range.h"
#include "base/result.h"

namespace holdfast::cmd {

/// A running audio thread of this process: 16 frames at 48 kHz from the default device, real-time
/// where allowed, and a callback that does nothing but store where its stack is. Its memory is not
/// locked: it is what gets watched. Ends with this object.
class OwnAudioThread {
 public:
  static Result<std::unique_ptr<OwnAudioThread>> start();

  /// Kernel id.
  [[nodiscard]] pid_t id() const { return device_.thread_id(); }
  /// The whole stack, thread-local storage included.
  [[nodiscard]] MemoryRange stack() const { return stack_; }
  /// An address inside the frame of the callback; 0 before the first block. Any thread.
  [[nodiscard]] uintptr_t stack_address() const { return stack_address_.load(); }
  /// "SCHED_FIFO 70", as read back.
  [[nodiscard]] const std::string& scheduling() const { return scheduling_; }

 private:
  OwnAudioThread() = default;
  static bool on_block(void* self, Block& block, Samples samples);

  audio::VirtualDevice device_{audio::VirtualOptions{}};
  MemoryRange stack_;
  std::string scheduling_;
  std::atomic<uintptr_t> stack_address_{0};
};

}  // namespace holdfast::cmd
