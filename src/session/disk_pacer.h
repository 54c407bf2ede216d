// SPDX-License-Identifier: MIT
// Brings a growing file to the disk at a steady pace, and out of the page cache behind it: so that
// a power cut takes seconds and no more, that the kernel never has minutes of audio to write at
// once, and that a long recording does not push other programs out of memory.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "base/quantity.h"
#include "base/result.h"
#include "probe/file_descriptor.h"

namespace holdfast::session {

/// A thread of its own, because syncing waits for the disk. Not movable.
class DiskPacer {
 public:
  static constexpr Nanos kStep = kSecond;
  static constexpr int kStepsPerSync = 4;  ///< Sizes and samples are on the disk this often.

  DiskPacer() = default;
  ~DiskPacer() { stop(); }

  void start();
  void stop();

  /// From now on this file (the descriptor is duplicated). The one before is synced to its end.
  void follow(int descriptor);

  /// Why the disk failed, if it did: what is written since then may be lost.
  [[nodiscard]] std::optional<Error> failure();

 private:
  void run();
  void step(int descriptor, bool syncs);

  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_stopping_ = false;
  int64_t dropped_to_ = 0;  ///< Bytes of the file that are out of the page cache. Thread only.
  probe::FileDescriptor next_;
  std::optional<Error> failure_;
  std::thread thread_;
};

}  // namespace holdfast::session
