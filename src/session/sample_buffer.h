// SPDX-License-Identifier: MIT
// The memory behind a SampleRing: locked chunks, and a thread that adds some when whoever writes
// falls behind, up to a limit that was stated. It waits for nothing but memory: neither for the
// disk nor for a terminal.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/memory_range.h"
#include "base/page_buffer.h"
#include "rt/sample_ring.h"

namespace holdfast::session {

/// Not movable: threads know its address.
class SampleBuffer {
 public:
  struct Options {
    size_t chunk_bytes = size_t{1} << 16;
    size_t first_chunks = 16;
    size_t most_chunks = 4096;
    /// Locks memory; false when refused. Any thread; may be empty.
    std::function<bool(const MemoryRange&)> lock;
  };

  explicit SampleBuffer(Options options);
  ~SampleBuffer();

  [[nodiscard]] SampleRing& ring() { return ring_; }
  /// What the audio thread touches, as long as nothing was added.
  [[nodiscard]] std::vector<MemoryRange> working_set() const;

  /// Starts, and ends, the thread that adds chunks.
  void start();
  void stop();

  /// Any thread.
  [[nodiscard]] size_t bytes() const { return chunk_count_ * options_.chunk_bytes; }
  [[nodiscard]] size_t most_bytes() const { return options_.most_chunks * options_.chunk_bytes; }
  /// Of these, what was added but could not be locked. Any thread.
  [[nodiscard]] size_t unlocked_bytes() const { return unlocked_chunks_ * options_.chunk_bytes; }

 private:
  void add_chunk();
  void grow();
  void run();

  Options options_;
  PageBuffer<SampleSlot> fresh_;
  PageBuffer<SampleSlot> used_;
  SampleRing ring_;
  std::vector<PageBuffer<std::byte>> chunks_;
  std::atomic<size_t> chunk_count_{0};
  std::atomic<size_t> unlocked_chunks_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace holdfast::session
