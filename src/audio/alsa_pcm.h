// SPDX-License-Identifier: MIT
// One ALSA capture stream, opened and set up so that being late never stops it: the device goes on
// writing, and its counter goes on telling how far.
#pragma once

#include <alsa/asoundlib.h>

#include <memory>
#include <string>
#include <vector>

#include "audio/alsa_options.h"
#include "audio/capture_ring.h"
#include "audio/sample_planes.h"
#include "audio/stream_format.h"
#include "base/memory_range.h"
#include "base/result.h"

namespace holdfast::audio {

struct CloseAlsaPcm {
  void operator()(snd_pcm_t* pcm) const { snd_pcm_close(pcm); }
};

/// What was granted.
struct AlsaPcm {
  std::unique_ptr<snd_pcm_t, CloseAlsaPcm> handle;
  std::string name;
  StreamFormat format;
  SampleFormat sample = SampleFormat::kInt16;
  CaptureRing ring;
  AlsaAccess access = AlsaAccess::kMmap;
  bool is_hardware = false;  ///< Nothing between us and the kernel's driver.
  std::string chain;         ///< What it is: "hardware", or the plugins, the outermost first.
  std::vector<std::string> limitations;
};

/// Opens the PCM and asks for this format; prepared, not started. A rate, block size or number of
/// channels that it does not have is no error: the nearest is granted. Errors: kUnavailable.
Result<AlsaPcm> open_alsa_pcm(const AlsaOptions& options, const StreamFormat& format);

/// The ring of a plugin, which is memory like any other; nothing for hardware, whose ring is the
/// driver's and is never paged out, and for read access. Before the stream is started.
std::vector<MemoryRange> mapped_ring(const AlsaPcm& pcm);

}  // namespace holdfast::audio
