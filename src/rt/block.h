// SPDX-License-Identifier: MIT
// One block as a sound system delivers it, and what can be said about where a loss came from.
// A backend fills in a Block and nothing else; everything that follows is decided elsewhere.
#pragma once

#include <cstdint>

#include "base/quantity.h"

namespace holdfast {

/// Who was late when frames were lost. Never mixed.
enum class LossSource : uint8_t {
  kClient = 1,  ///< Our own thread was late.
  kServer = 2,  ///< The JACK or PipeWire server was late.
  kDevice = 3,  ///< The hardware, its driver, or a restart of the stream.
};

/// Where the positions of a stream come from, and so how far they can be trusted.
enum class PositionSource : uint8_t {
  kDeviceCounter = 1,  ///< Counts frames at the device: every loss is exact.
  kServerCounter = 2,  ///< Counts the server's cycles: exact when the client is late, else blind.
  kClockEstimate = 3,  ///< Derived from a clock: every loss carries a bound.
};

/// Facts about one block. Times are CLOCK_MONOTONIC.
struct Block {
  Frames position;         ///< Device frame number of the first frame, 64 bits, as labelled.
  Frames frames;           ///< Length of the block.
  Nanos due;               ///< When the last frame of the block existed at the device.
  Nanos woke;              ///< First instruction of the audio thread for this block.
  uint64_t content = 0;    ///< Fingerprint of the samples; equal samples have equal fingerprints.
  uint32_t epoch = 0;      ///< Changes when positions start anew (restart, other driver).
  bool is_silent = false;  ///< Every sample is zero.
  bool is_torn = false;    ///< The device overwrote the block while it was being copied.
  /// First block of an epoch only: frames lost since the block before, negative when unknown.
  Frames lost_before{-1};
  Frames lost_error;  ///< Half-width of the bound on `lost_before`, or on a jump in position.
  LossSource source = LossSource::kClient;  ///< Whose lateness a jump in position means.
};

/// How late the audio thread began this block.
constexpr Nanos lateness(const Block& block) {
  return block.woke - block.due;
}

/// Samples of one block: `channels` planes of float. Valid during the call only.
struct Samples {
  const float* const* planes = nullptr;
  uint32_t channels = 0;
};

/// What a device calls for each block, on the audio thread. A plain function pointer: no vtable,
/// no std::function, nothing that could allocate or sit in an unlocked page. Returns false when it
/// wants no more blocks; the device then ends the stream.
struct BlockHandler {
  bool (*call)(void* context, Block& block, Samples samples) = nullptr;
  void* context = nullptr;
};

}  // namespace holdfast
