// SPDX-License-Identifier: MIT
// Finds what a server's frame counter does not tell. When the server itself is late, the counter
// stands still: the time that passed meanwhile is lost, and no label jumps. Only the clock knows.
//
// A client is woken when the server is there and never before, so the earliest wake-ups of late,
// seen against the counter, are the server's beat. A late wake-up of ours is followed by one that
// is not; a server that lost time stays behind for ever. So a late block is a suspicion, the first
// block that keeps the old beat clears it, and 64 quiet blocks that do not are the loss: the
// difference of two minima, over 64 blocks on either side. (A single step would be wrong by about
// one block: a late server runs its next cycle at once.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/quantity.h"
#include "base/realtime.h"
#include "rt/block.h"

namespace holdfast {

/// The least of the last 64 numbers, in four groups of 16 whose minima tell how sure it is.
class RecentLeast {
 public:
  static constexpr size_t kGroups = 4;
  static constexpr int64_t kGroupNumbers = 16;

  /// True when a group has become whole. RT safe.
  HF_RT_INLINE bool add(Nanos number) {
    if (in_group_ == 0 || number < group_least_) group_least_ = number;
    if (++in_group_ < kGroupNumbers) return false;
    minima_[static_cast<size_t>(groups_++) % kGroups] = group_least_;
    in_group_ = 0;
    return true;
  }
  HF_RT_INLINE void clear() { groups_ = in_group_ = 0; }

  /// Whole groups so far.
  [[nodiscard]] int64_t groups() const { return groups_; }
  /// Of the last four whole groups at most; at least one must be there. RT safe.
  [[nodiscard]] Nanos least() const HF_REALTIME;
  /// Between the greatest and the least of these minima. RT safe.
  [[nodiscard]] Nanos spread() const HF_REALTIME;
  /// The newest whole group's. RT safe.
  [[nodiscard]] Nanos newest() const { return minima_[static_cast<size_t>(groups_ - 1) % kGroups]; }

 private:
  [[nodiscard]] size_t kept() const {
    return groups_ < static_cast<int64_t>(kGroups) ? static_cast<size_t>(groups_) : kGroups;
  }

  std::array<Nanos, kGroups> minima_ = {};
  Nanos group_least_;
  int64_t in_group_ = 0;
  int64_t groups_ = 0;
};

/// Follows one counter. One thread.
class CounterWatch {
 public:
  /// What a block says.
  enum class Verdict : uint8_t {
    kNothing,    ///< Nothing new.
    kSuspicion,  ///< It may be the first block after a loss: remember where it lies.
    kCleared,    ///< The one under suspicion was not.
    kLoss,       ///< It was: lost() and error() say how much.
  };

  explicit CounterWatch(int64_t rate_hz) : rate_hz_(rate_hz) {}

  /// Takes the next block of an epoch, with its label as it came. RT safe.
  Verdict take(const Block& block) HF_REALTIME;

  /// The stream ends: kLoss when a suspicion is old enough to be one. RT safe.
  Verdict finish() HF_REALTIME;

  /// Frames that the counter did not count, and half the width of the bound. RT safe.
  [[nodiscard]] Frames lost() const { return lost_; }
  [[nodiscard]] Frames error() const { return error_; }

  /// The counter starts anew. RT safe.
  void restart() HF_REALTIME;

 private:
  static constexpr int64_t kMostGroups = 64;        ///< So long does a suspicion wait for quiet.
  static constexpr int64_t kYouthBlocks = 64;       ///< Before that the beat is not known.
  static constexpr int64_t kMostDriftShare = 2048;  ///< The clocks are at most 500 ppm apart.
  /// The first cycles after a loss run at once, with no wake-up before them: they come earlier than
  /// the beat that follows, by 60 us on jackd's dummy driver.
  static constexpr int64_t kHurriedBlocks = 4;

  Verdict doubt(Nanos offset);
  Verdict conclude(Frames slack);
  HF_RT_INLINE bool is_label_late(Nanos offset);

  int64_t rate_hz_;
  Nanos floor_;         ///< The beat, roughly: least of (clock - counter), drifting upward.
  Nanos threshold_;     ///< Later than that is suspicious.
  RecentLeast before_;  ///< The beat, while nothing is suspicious ...
  RecentLeast after_;   ///< ... and since it is.
  Frames block_;
  int64_t blocks_ = 0;
  int64_t early_blocks_ = 0;
  int64_t doubtful_blocks_ = 0;
  Frames lost_;
  Frames error_;
  bool is_suspicious_ = false;
};

}  // namespace holdfast
