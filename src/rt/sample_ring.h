// SPDX-License-Identifier: MIT
// Samples on their way from the audio thread to whoever writes them: whole blocks in chunks of
// memory that others allocate and lock. The audio thread only copies. When no chunk is free it
// refuses the block and counts it; each block tells how much was refused before it, so that the
// hole that this makes in a recording is known to be ours.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/realtime.h"
#include "rt/block.h"
#include "rt/ring.h"

namespace holdfast {

/// The beginning of a chunk; its entries follow in the same memory.
struct SampleChunk {
  std::atomic<size_t> filled{0};            ///< Bytes of entries that can be read.
  std::atomic<SampleChunk*> next{nullptr};  ///< Set once nothing more comes into this one.
};

/// One block as it lies in a chunk; `channels` planes of `block.frames` samples follow it.
struct SampleEntry {
  Block block;
  uint32_t channels = 0;
  int64_t refused_frames = 0;  ///< Since the stream began, up to this block.

  [[nodiscard]] const float* samples() const { return reinterpret_cast<const float*>(this + 1); }
};

/// Where a ring of chunks keeps one of them.
struct SampleSlot {
  SampleChunk* chunk = nullptr;
};

/// One producer (the audio thread), one consumer, and one thread that adds chunks.
class SampleRing {
 public:
  using Slots = std::span<SampleSlot>;

  /// Memory for the names of chunks: as many in each as there will ever be chunks, and one more.
  /// Every chunk is `chunk_bytes` long.
  SampleRing(Slots fresh, Slots used, size_t chunk_bytes)
      : room_(chunk_bytes - sizeof(SampleChunk)), fresh_(fresh), used_(used) {}

  /// Bytes that a block of this size takes in a chunk.
  static constexpr size_t entry_bytes(Frames frames, uint32_t channels) {
    const size_t samples = static_cast<size_t>(frames.count) * channels * sizeof(float);
    return sizeof(SampleEntry) + (samples + 7) / 8 * 8;
  }

  /// The adding thread: gives one more chunk of zeroed memory. The first one before the stream
  /// begins.
  void add(std::byte* memory);

  /// Audio thread. False (and counted) when there is no room. RT safe.
  bool push(const Block& block, Samples samples) HF_REALTIME;

  /// Consumer: the oldest block, or null. It stays until pop().
  [[nodiscard]] const SampleEntry* front();
  void pop();

  /// Chunks that nobody has written to, as of a moment ago. Any thread.
  [[nodiscard]] size_t free_chunks() const { return fresh_.size() + used_.size(); }
  /// Any thread.
  [[nodiscard]] int64_t refused_frames() const {
    return refused_frames_.load(std::memory_order_relaxed);
  }

 private:
  bool take_chunk();

  size_t room_;             ///< Bytes of entries in each chunk.
  Ring<SampleSlot> fresh_;  ///< From the adding thread.
  Ring<SampleSlot> used_;   ///< Emptied by the consumer.
  SampleChunk* write_chunk_ = nullptr;
  size_t write_at_ = 0;
  std::atomic<int64_t> refused_frames_{0};
  alignas(64) SampleChunk* read_chunk_ = nullptr;
  size_t read_at_ = 0;
};

}  // namespace holdfast
