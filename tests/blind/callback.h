// SPDX-License-Identifier: MIT
// The victim's audio callback. Most of the time it does nothing; when an order waits, it obeys
// inside the next block, and notes when it began and ended and how long each access took.
#pragma once

#include <pthread.h>

#include <array>
#include <atomic>
#include <span>
#include <vector>

#include "base/quantity.h"
#include "blind/truth.h"
#include "rt/block.h"

namespace holdfast::blind {

/// What the callback is to do.
enum class Action : int {
  kTouch,       ///< Read one byte at each address.
  kTouchStack,  ///< The same, from a frame that reaches down to the lowest address.
  kCall,        ///< Call each address.
  kWrite,       ///< Write to each page of `range`; touches are not noted one by one.
  kBurn,        ///< Compute until `duration` is over.
  kLock,        ///< Take `mutex` and give it back.
  kRead,        ///< Read from `file` into `buffer` once.
  kReadBlocks,  ///< Read blocks at random offsets of `file`, past the page cache, for `duration`.
  kSync,        ///< Write to `file` and wait until it is on disk, for `duration`.
};

inline constexpr size_t kMostTouches = 16;
/// Large, so that the thread sleeps for long and submits rarely: a submission is a processor's
/// work.
inline constexpr size_t kBufferBytes = size_t{1} << 20;

/// One order. Plain data.
struct Order {
  Action action = Action::kBurn;
  std::array<uint64_t, kMostTouches> addresses = {};
  size_t count = 0;
  uint64_t range_begin = 0;  ///< kWrite.
  size_t range_bytes = 0;    ///< kWrite; kReadBlocks: size of the file.
  Nanos duration;
  pthread_mutex_t* mutex = nullptr;
  int file = -1;
  unsigned char* buffer = nullptr;  ///< kBufferBytes, aligned to its size.
};

/// One callback with room for one order. The audio thread calls on_block(); one other thread gives
/// orders. Memory: whoever owns it locks it.
class Callback {
 public:
  /// For session::Work.
  static void call(void* self, const Block& block) {
    static_cast<Callback*>(self)->on_block(block);
  }

  /// Leaves an order for the next block. The order before it must be finished.
  void give(const Order& order);
  /// The audio thread has begun to obey.
  [[nodiscard]] bool is_begun() const { return state_.load() >= kBegun; }
  /// Waits for the end of the order, at most a second; nothing when no block came.
  std::optional<Truth> finish();
  /// give() and finish().
  std::optional<Truth> obey(const Order& order);

  /// Position of the last block seen; -1 before the first. Any thread.
  [[nodiscard]] int64_t last_position() const { return last_position_.load(); }
  /// When position 0 was at the device. Valid once a block was seen. Any thread.
  [[nodiscard]] Nanos origin() const { return Nanos(origin_ns_.load()); }
  /// Where the audio thread's copy of the thread-local target lies. Valid once a block was seen.
  [[nodiscard]] uint64_t thread_local_target() const { return thread_local_target_.load(); }
  void set_rate(int64_t rate_hz) { rate_hz_ = rate_hz; }

 private:
  enum State : int { kIdle, kOrdered, kBegun, kDone };

  void on_block(const Block& block);
  void note_first(const Block& block);
  void perform();
  void touch(uint64_t address);

  std::atomic<int> state_{kIdle};
  Order order_;
  int64_t rate_hz_ = 48000;
  int64_t block_ = 0;
  Nanos begin_;
  Nanos end_;
  Nanos cpu_;
  size_t touches_ = 0;
  std::array<Touch, kMostTouches> touch_ = {};
  std::atomic<int64_t> last_position_{-1};
  std::atomic<int64_t> origin_ns_{0};
  std::atomic<uint64_t> thread_local_target_{0};
  unsigned random_ = 1;
};

}  // namespace holdfast::blind
