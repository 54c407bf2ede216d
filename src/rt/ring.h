// SPDX-License-Identifier: MIT
// Single-producer single-consumer ring over memory that somebody else owns (and has locked). It
// drops and counts when full and never waits. A reserve at the end is kept for values that must
// not be lost to a flood of ordinary ones.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/realtime.h"

namespace holdfast {

/// Indices count up for ever; their difference is the fill, their low bits are the slot.
class RingIndices {
 public:
  explicit constexpr RingIndices(size_t capacity) : mask_(capacity - 1) {}

  [[nodiscard]] HF_RT_INLINE size_t capacity() const { return mask_ + 1; }
  [[nodiscard]] HF_RT_INLINE size_t slot(uint64_t index) const { return index & mask_; }

  /// Producer only. True when more than `reserve` slots are free.
  HF_RT_INLINE bool has_room(size_t reserve) {
    const uint64_t written = written_.load(std::memory_order_relaxed);
    if (written - seen_read_ + reserve < capacity()) return true;
    seen_read_ = read_.load(std::memory_order_acquire);
    return written - seen_read_ + reserve < capacity();
  }
  [[nodiscard]] HF_RT_INLINE uint64_t written() const {
    return written_.load(std::memory_order_acquire);
  }
  [[nodiscard]] HF_RT_INLINE uint64_t read() const { return read_.load(std::memory_order_acquire); }
  HF_RT_INLINE void publish(uint64_t index) { written_.store(index, std::memory_order_release); }
  HF_RT_INLINE void release(uint64_t index) { read_.store(index, std::memory_order_release); }

 private:
  size_t mask_;
  alignas(64) std::atomic<uint64_t> written_{0};
  uint64_t seen_read_ = 0;  ///< The producer's copy of read_: one cache miss per lap, not per push.
  alignas(64) std::atomic<uint64_t> read_{0};
};

/// Ring of trivially copyable `T`. The storage's size must be a power of two.
template <class T>
class Ring {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit Ring(std::span<T> storage)
      : slots_(storage.data()), indices_(std::bit_floor(storage.size())) {}

  /// Producer thread. `value` is a T, or something of the same size that is stored as one (each
  /// kind of record is written straight into its slot). False (and counted) when `reserve` or fewer
  /// slots are free. RT safe.
  template <class Value>
  HF_RT_INLINE bool push(const Value& value, size_t reserve = 0) {
    static_assert(sizeof(Value) == sizeof(T) && std::is_trivially_copyable_v<Value>);
    if (!indices_.has_room(reserve)) [[unlikely]] {
      dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      return false;
    }
    const uint64_t index = indices_.written();
    __builtin_memcpy(static_cast<void*>(&slots_[indices_.slot(index)]), &value, sizeof value);
    indices_.publish(index + 1);
    return true;
  }

  /// Consumer thread. Moves up to `out.size()` values out, oldest first; returns how many. RT safe.
  HF_RT_INLINE size_t pop(std::span<T> out) {
    const uint64_t from = indices_.read();
    const uint64_t available = indices_.written() - from;
    const size_t count = available < out.size() ? static_cast<size_t>(available) : out.size();
    for (size_t i = 0; i < count; i++) out[i] = slots_[indices_.slot(from + i)];
    indices_.release(from + count);
    return count;
  }

  /// How many values wait, as it was a moment ago. Any thread. RT safe.
  [[nodiscard]] size_t size() const {
    const uint64_t read = indices_.read();
    return static_cast<size_t>(indices_.written() - read);
  }

  /// Values refused so far. Any thread. RT safe.
  [[nodiscard]] uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
  /// Any thread. RT safe.
  [[nodiscard]] size_t capacity() const { return indices_.capacity(); }

 private:
  T* slots_;
  RingIndices indices_;
  std::atomic<uint64_t> dropped_{0};
};

}  // namespace holdfast
