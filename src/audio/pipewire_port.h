// SPDX-License-Identifier: MIT
// One input port of our node, and whether what it gives was filled by anybody. With one link, the
// library hands on the memory of the source; with more, or with nothing, that of its own mixer.
#pragma once

#include <pipewire/filter.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/realtime.h"

namespace holdfast::audio {

/// Plain data: zeroed memory is an empty port. Written while no cycle uses it; read by the audio
/// thread.
struct PipewirePortBuffers {
  void* port = nullptr;                    ///< The library's.
  std::array<const void*, 16> mixed = {};  ///< Memory of the mixer.
  uint32_t mixed_count = 0;
  bool has_passed = false;  ///< The source's own memory has come through.

  void add(const pw_buffer& buffer);
  void remove(const pw_buffer& buffer);

  /// The samples of this cycle, or null. RT safe as far as the library is.
  const float* read(uint32_t frames) const HF_REALTIME;
  /// Somebody filled `samples`, as far as can be told. RT safe.
  bool is_filled(const float* samples, uint32_t frames) HF_REALTIME;
};

}  // namespace holdfast::audio
