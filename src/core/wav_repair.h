// SPDX-License-Identifier: MIT
// What is wrong with the sizes in a WAV file, and which bytes put it right: after a crash or a
// power cut, of this program or of others. Samples are never touched, moved or guessed; what is
// decided is where they end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/wav_layout.h"

namespace holdfast {

/// Fills `target` from `offset` of the file; returns how much there was.
using ReadAt = std::function<size_t(uint64_t offset, std::span<std::byte> target)>;

/// What to do with a file.
struct WavRepair {
  uint32_t channels = 0;
  uint32_t rate_hz = 0;
  uint32_t frame_bytes = 0;
  uint64_t data_begin = 0;
  uint64_t stated_bytes = 0;  ///< Of samples, as the file says; UINT64_MAX: it does not say.
  uint64_t data_bytes = 0;    ///< Of samples, as there are.
  uint64_t left_over_bytes =
      0;  ///< Behind the last whole frame or chunk; they stay where they are.
  std::vector<std::string> faults;  ///< One phrase each; none: nothing is wrong.
  std::vector<FilePatch> patches;   ///< In this order; none when nothing is wrong.

  [[nodiscard]] bool is_good() const { return faults.empty(); }
  [[nodiscard]] uint64_t frames() const { return data_bytes / frame_bytes; }
};

/// Looks at a file of `file_bytes`. Errors: kBadData when it is no WAV, or no sizes could make it
/// one that can be read.
Result<WavRepair> plan_wav_repair(const ReadAt& read, uint64_t file_bytes);

}  // namespace holdfast
