// SPDX-License-Identifier: MIT
#include "core/waveform.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace holdfast {
namespace {

constexpr int64_t kUsualSpans = 1500;
constexpr int64_t kMostSpans = 60'000;
constexpr int64_t kLongestPerSecond = 10;
constexpr int64_t kShortestPerSecond = 400;  // as fine as lateness is drawn
constexpr float kMostSample = 8;

Frames span_for(int64_t frames, int64_t rate_hz) {
  const auto parts = [frames](int64_t count) { return (frames + count - 1) / count; };
  const int64_t usual = std::min(parts(kUsualSpans), rate_hz / kLongestPerSecond);
  return Frames(std::max({usual, parts(kMostSpans), rate_hz / kShortestPerSecond, int64_t{1}}));
}

float plain(float sample) {
  return std::isnan(sample) ? 0 : std::clamp(sample, -kMostSample, kMostSample);
}

}  // namespace

Waveform::Waveform(Frames frames, int channels, int64_t rate_hz)
    : frames_(std::max(frames, Frames(0))),
      span_(span_for(frames_.count, rate_hz)),
      channels_(static_cast<size_t>(channels)) {
  HF_CHECK(channels >= 1 && rate_hz >= 1);
}

void Waveform::add(std::span<const float> interleaved) {
  for (; interleaved.size() >= channels_ && length_ < frames_; length_ += Frames(1)) {
    if (length_.count % span_.count == 0) {
      low_.push_back(plain(interleaved[0]));
      high_.push_back(low_.back());
    }
    for (const float sample : interleaved.first(channels_)) {
      low_.back() = std::min(low_.back(), plain(sample));
      high_.back() = std::max(high_.back(), plain(sample));
    }
    interleaved = interleaved.subspan(channels_);
  }
}

float Waveform::peak() const {
  float most = 0;
  for (const float sample : low_) most = std::max(most, std::abs(sample));
  for (const float sample : high_) most = std::max(most, std::abs(sample));
  return most;
}

}  // namespace holdfast
