// SPDX-License-Identifier: MIT
#include "session/wav_content.h"

#include <sndfile.h>

#include <algorithm>
#include <memory>

namespace holdfast::session {
namespace {

constexpr int64_t kLongestSeconds = 600;

}  // namespace

Result<std::vector<float>> read_wav_content(const std::string& path, int64_t rate_hz) {
  SF_INFO info = {};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_READ, &info),
                                                         sf_close);
  if (!file) {
    return unavailable(path + ": " + sf_strerror(nullptr));
  }
  if (info.samplerate != rate_hz) {
    return usage_error(path + " has " + std::to_string(info.samplerate) + " Hz; use --rate " +
                       std::to_string(info.samplerate));
  }
  const int64_t frames = std::min<int64_t>(info.frames, kLongestSeconds * rate_hz);
  if (frames <= 0) return usage_error(path + " holds no samples");
  std::vector<float> interleaved(static_cast<size_t>(frames) * static_cast<size_t>(info.channels));
  const int64_t read = sf_readf_float(file.get(), interleaved.data(), frames);
  std::vector<float> first(static_cast<size_t>(std::max<int64_t>(read, 0)));
  for (size_t i = 0; i < first.size(); i++) {
    first[i] = interleaved[i * static_cast<size_t>(info.channels)];
  }
  if (first.empty()) return usage_error(path + " holds no samples");
  return first;
}

}  // namespace holdfast::session
