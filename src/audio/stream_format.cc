// SPDX-License-Identifier: MIT
#include "audio/stream_format.h"

#include <string>

namespace holdfast::audio {
namespace {

Error bad_format(const std::string& what) {
  return usage_error(what);
}

void add_difference(std::string& text, const char* what, int64_t asked, int64_t granted) {
  if (asked == granted) return;
  text += (text.empty() ? "asked for " : ", for ") + std::to_string(asked) + " " + what +
          ", granted " + std::to_string(granted);
}

}  // namespace

Result<> check(const StreamFormat& format) {
  if (format.rate_hz < kMinRateHz || format.rate_hz > kMaxRateHz) {
    return bad_format("sample rate " + std::to_string(format.rate_hz) +
                      " Hz is out of range; use 8000 to 384000");
  }
  if (format.block_frames < kMinBlockFrames || format.block_frames > kMaxBlockFrames) {
    return bad_format("a block of " + std::to_string(format.block_frames) +
                      " frames is out of range; use 1 to 8192");
  }
  if (format.channels < 1 || format.channels > kMaxChannels) {
    return bad_format(std::to_string(format.channels) + " channels are out of range; use 1 to 64");
  }
  return Done{};
}

std::string difference_text(const StreamFormat& asked, const StreamFormat& granted) {
  std::string text;
  add_difference(text, "Hz", asked.rate_hz, granted.rate_hz);
  add_difference(text, "frames a block", asked.block_frames, granted.block_frames);
  add_difference(text, "channels", asked.channels, granted.channels);
  return text;
}

}  // namespace holdfast::audio
