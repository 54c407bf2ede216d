// SPDX-License-Identifier: MIT
// A ring between processes: it lies in memory that both have mapped, at different addresses, and
// holds no pointer. Several may push at once, one pops. Full, it drops and counts; nobody waits,
// because a real-time thread may push while it keeps an ordinary one from running.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/realtime.h"

namespace holdfast {

/// Zeroed memory is an empty ring. Neither side trusts the other's indices further than its own
/// slots: whatever they say, no other memory is touched.
template <class T, size_t kSlots>
class SharedRing {
  static_assert(std::is_trivially_copyable_v<T> && std::has_single_bit(kSlots));

 public:
  /// Any thread of any process. False, and counted, when there is no room. RT safe.
  HF_RT_INLINE bool push(const T& value) {
    uint64_t ticket = taken_.load(std::memory_order_relaxed);
    do {
      if (ticket - popped_.load(std::memory_order_acquire) >= kSlots) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return false;
      }
    } while (!taken_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_relaxed));
    Slot& slot = slots_[ticket % kSlots];
    slot.value = value;
    slot.written.store(ticket + 1, std::memory_order_release);
    return true;
  }

  /// One thread. The oldest into `value`; false when there is none. RT safe.
  HF_RT_INLINE bool pop(T& value) {
    const uint64_t index = popped_.load(std::memory_order_relaxed);
    const Slot& slot = slots_[index % kSlots];
    if (slot.written.load(std::memory_order_acquire) != index + 1) return false;
    value = slot.value;
    popped_.store(index + 1, std::memory_order_release);
    return true;
  }

  /// Values for which there was no room. Any thread. RT safe.
  [[nodiscard]] uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Slot {
    std::atomic<uint64_t> written;  ///< One more than the ticket of the value in it.
    T value;
  };

  alignas(64) std::atomic<uint64_t> taken_;
  alignas(64) std::atomic<uint64_t> popped_;
  alignas(64) std::atomic<uint64_t> dropped_;
  Slot slots_[kSlots];
};

}  // namespace holdfast
