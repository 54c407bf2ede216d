// SPDX-License-Identifier: MIT
#include "rt/sample_ring.h"

#include <new>

namespace holdfast {
namespace {

HF_RT_INLINE std::byte* entries_of(SampleChunk* chunk) {
  return reinterpret_cast<std::byte*>(chunk + 1);
}

}  // namespace

void SampleRing::add(std::byte* memory) {
  auto* chunk = new (memory) SampleChunk;
  if (read_chunk_ != nullptr) {
    fresh_.push(SampleSlot{chunk});
    return;
  }
  read_chunk_ = write_chunk_ = chunk;
}

HF_RT_TEXT bool SampleRing::take_chunk() {
  SampleSlot slot;
  if (used_.pop({&slot, 1}) == 0 && fresh_.pop({&slot, 1}) == 0) return false;
  SampleChunk* chunk = slot.chunk;
  chunk->filled.store(0, std::memory_order_relaxed);
  chunk->next.store(nullptr, std::memory_order_relaxed);
  write_chunk_->next.store(chunk, std::memory_order_release);
  write_chunk_ = chunk;
  write_at_ = 0;
  return true;
}

HF_RT_TEXT bool SampleRing::push(const Block& block, Samples samples) HF_REALTIME {
  const size_t bytes = entry_bytes(block.frames, samples.channels);
  const bool fits = bytes <= room_ && (write_at_ + bytes <= room_ || take_chunk());
  if (!fits) {
    refused_frames_.store(refused_frames() + block.frames.count, std::memory_order_relaxed);
    return false;
  }
  std::byte* target = entries_of(write_chunk_) + write_at_;
  const SampleEntry entry{block, samples.channels, refused_frames()};
  __builtin_memcpy(target, &entry, sizeof entry);
  target += sizeof entry;
  const size_t plane_bytes = static_cast<size_t>(block.frames.count) * sizeof(float);
  for (uint32_t i = 0; i < samples.channels; i++) {
    __builtin_memcpy(target, samples.planes[i], plane_bytes);
    target += plane_bytes;
  }
  write_at_ += bytes;
  write_chunk_->filled.store(write_at_, std::memory_order_release);
  return true;
}

const SampleEntry* SampleRing::front() {
  while (read_chunk_ != nullptr) {
    // In this order: what was filled before `next` was set is seen after it.
    SampleChunk* next = read_chunk_->next.load(std::memory_order_acquire);
    if (read_at_ < read_chunk_->filled.load(std::memory_order_acquire)) {
      return reinterpret_cast<const SampleEntry*>(entries_of(read_chunk_) + read_at_);
    }
    if (next == nullptr) return nullptr;
    used_.push(SampleSlot{read_chunk_});
    read_chunk_ = next;
    read_at_ = 0;
  }
  return nullptr;
}

void SampleRing::pop() {
  const SampleEntry* entry = front();
  if (entry != nullptr) read_at_ += entry_bytes(entry->block.frames, entry->channels);
}

}  // namespace holdfast
