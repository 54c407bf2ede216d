// SPDX-License-Identifier: MIT
#include "session/wav_outline.h"

#include <sndfile.h>

#include <memory>
#include <vector>

namespace holdfast::session {
namespace {

constexpr int64_t kFramesAtOnce = 1 << 16;
constexpr int kMostChannels = 1024;

using SoundFile = std::unique_ptr<SNDFILE, int (*)(SNDFILE*)>;

Result<SoundFile> open_sound_file(const std::string& path, SF_INFO& info) {
  SoundFile file(sf_open(path.c_str(), SFM_READ, &info), sf_close);
  if (!file) return unavailable(path + ": " + sf_strerror(nullptr));
  if (info.channels < 1 || info.channels > kMostChannels || info.samplerate < 1) {
    return unavailable(path + " has " + std::to_string(info.channels) + " channels at " +
                       std::to_string(info.samplerate) + " Hz");
  }
  return file;
}

}  // namespace

Result<WavShape> read_wav_shape(const std::string& path) {
  SF_INFO info = {};
  HF_TRY_ASSIGN(const SoundFile file, open_sound_file(path, info));
  return WavShape{info.samplerate, info.channels, Frames(info.frames)};
}

Result<Waveform> read_waveform(const std::string& path, const std::function<bool()>& should_stop) {
  SF_INFO info = {};
  HF_TRY_ASSIGN(const SoundFile file, open_sound_file(path, info));
  Waveform waveform(Frames(info.frames), info.channels, info.samplerate);
  const auto channels = static_cast<size_t>(info.channels);
  std::vector<float> samples(static_cast<size_t>(kFramesAtOnce) * channels);
  while (!should_stop()) {
    const int64_t frames = sf_readf_float(file.get(), samples.data(), kFramesAtOnce);
    if (frames <= 0) break;
    waveform.add(std::span(samples).first(static_cast<size_t>(frames) * channels));
  }
  return waveform;
}

}  // namespace holdfast::session
