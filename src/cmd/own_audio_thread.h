// SPDX-License-Identifier: MIT
// The audio thread that a program here starts to look at, when it is not told to look at another.
#pragma once

#include <sys/types.h>

#include <memory>

#include "base/memory_range.h"
#include "base/result.h"

namespace holdfast::cmd {

/// A running audio thread of this process; it ends with this object. Movable.
class OwnAudioThread {
 public:
  OwnAudioThread(OwnAudioThread&&) noexcept;
  OwnAudioThread& operator=(OwnAudioThread&&) = delete;
  ~OwnAudioThread();

  [[nodiscard]] pid_t id() const;
  /// The whole stack, thread-local storage included. Not locked: this is what gets watched.
  [[nodiscard]] MemoryRange stack() const;

 private:
  friend Result<OwnAudioThread> start_own_audio_thread();
  struct Running;
  explicit OwnAudioThread(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

/// Starts it, on the default device.
Result<OwnAudioThread> start_own_audio_thread();

}  // namespace holdfast::cmd
