// SPDX-License-Identifier: MIT
// Numbers that know their unit. Frames and nanoseconds are both 64-bit counts and are easily
// mistaken for each other, so each is its own type; only counts of one unit can be added.
#pragma once

#include <compare>
#include <cstdint>

namespace holdfast {

/// A signed count of one unit. Plain arithmetic, no overflow checks (64 bits of frames at 192 kHz
/// last 1.5 million years). RT safe.
template <class Unit>
struct Quantity {
  int64_t count = 0;

  constexpr Quantity() = default;
  constexpr explicit Quantity(int64_t value) : count(value) {}

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity(a.count + b.count);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity(a.count - b.count);
  }
  friend constexpr Quantity operator-(Quantity a) { return Quantity(-a.count); }
  friend constexpr Quantity operator*(Quantity a, int64_t factor) {
    return Quantity(a.count * factor);
  }
  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
  constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }
};

/// Frames: one sample of every channel. Also used for positions, as a distance from frame 0.
using Frames = Quantity<struct FramesUnit>;
/// Nanoseconds, as a duration or as a point on CLOCK_MONOTONIC.
using Nanos = Quantity<struct NanosUnit>;

inline constexpr Nanos kSecond{1'000'000'000};
inline constexpr Nanos kMillisecond{1'000'000};
inline constexpr Nanos kMicrosecond{1'000};

/// How long `frames` last at `rate_hz`, rounded toward zero. Whole seconds apart from the rest
/// keeps it exact in 64 bits: 128-bit division is a library call, which the audio thread may not
/// make.
constexpr Nanos duration_of(Frames frames, int64_t rate_hz) {
  return Nanos(frames.count / rate_hz * kSecond.count +
               frames.count % rate_hz * kSecond.count / rate_hz);
}

/// How many whole frames fit in `time` at `rate_hz`, rounded toward zero.
constexpr Frames frames_in(Nanos time, int64_t rate_hz) {
  return Frames(time.count / kSecond.count * rate_hz +
                time.count % kSecond.count * rate_hz / kSecond.count);
}

}  // namespace holdfast
