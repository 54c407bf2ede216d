// SPDX-License-Identifier: MIT
#include "session/sample_buffer.h"

#include <algorithm>
#include <bit>
#include <chrono>

namespace holdfast::session {
namespace {

constexpr std::chrono::milliseconds kLookEvery{10};

/// The ring has one slot that stays empty.
size_t slots_for(size_t chunks) {
  return std::bit_ceil(chunks + 2);
}

SampleBuffer::Options with_room_for_first(SampleBuffer::Options options) {
  options.most_chunks = std::max(options.most_chunks, options.first_chunks);
  return options;
}

}  // namespace

SampleBuffer::SampleBuffer(Options options)
    : options_(with_room_for_first(std::move(options))),
      fresh_(slots_for(options_.most_chunks)),
      used_(slots_for(options_.most_chunks)),
      ring_(fresh_.span(), used_.span(), options_.chunk_bytes) {
  chunks_.reserve(options_.most_chunks);
  while (chunks_.size() < options_.first_chunks) add_chunk();
}

SampleBuffer::~SampleBuffer() {
  stop();
}

std::vector<MemoryRange> SampleBuffer::working_set() const {
  std::vector<MemoryRange> ranges = {range_of(*this, "sample ring"), fresh_.range("free chunks"),
                                     used_.range("free chunks")};
  for (const auto& chunk : chunks_) ranges.push_back(chunk.range("samples on their way"));
  return ranges;
}

void SampleBuffer::add_chunk() {
  chunks_.emplace_back(options_.chunk_bytes);
  ring_.add(chunks_.back().data());
  chunk_count_ = chunks_.size();
}

/// A quarter of what was there at first is always free, or the limit is reached.
void SampleBuffer::grow() {
  const size_t enough = std::max<size_t>(options_.first_chunks / 4, 2);
  while (ring_.free_chunks() < enough && chunks_.size() < options_.most_chunks) {
    PageBuffer<std::byte> chunk(options_.chunk_bytes);
    const bool is_locked = options_.lock && options_.lock(chunk.range("samples on their way"));
    if (!is_locked) unlocked_chunks_++;
    ring_.add(chunk.data());
    chunks_.push_back(std::move(chunk));
    chunk_count_ = chunks_.size();
  }
}

void SampleBuffer::start() {
  thread_ = std::thread([this] { run(); });
}

void SampleBuffer::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void SampleBuffer::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kLookEvery, [this] { return is_stopping_; })) grow();
}

}  // namespace holdfast::session
