// SPDX-License-Identifier: MIT
// What the ALSA device can be told: `alsa:PCM,access=rw,ring=8`. A PCM's own name may have commas
// and equal signs (`hw:CARD=PCH,DEV=0`), so ours are the last words, in lower case.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::audio {

/// How samples come from the device to us.
enum class AlsaAccess {
  kMmap,       ///< The ring is mapped; read access where the device cannot.
  kReadWrite,  ///< snd_pcm_readi() copies.
};

struct AlsaOptions {
  std::string pcm;  ///< As ALSA names it; empty: the first capture device of the first card.
  AlsaAccess access = AlsaAccess::kMmap;
  int64_t ring_blocks = 4;  ///< How many blocks the device is to keep.

  friend bool operator==(const AlsaOptions&, const AlsaOptions&) = default;
};

/// Parses what follows "alsa" in a device specification: "" or ":PCM,access=rw,ring=8".
/// Errors: kUsage, naming the word that was not understood and what is possible.
Result<AlsaOptions> parse_alsa_options(std::string_view text);

/// The whole specification: "alsa:hw:0,0,access=mmap,ring=4".
std::string to_text(const AlsaOptions& options);

}  // namespace holdfast::audio
