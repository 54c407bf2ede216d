// SPDX-License-Identifier: MIT
#include "blind/scripted_faults.h"

namespace holdfast::blind {
namespace {

constexpr int64_t kMostLostBlocks = 12;

}  // namespace

std::vector<audio::ScriptedFault> make_script(audio::FaultKind kind, size_t count,
                                              const audio::StreamFormat& format,
                                              std::mt19937_64& random) {
  std::vector<audio::ScriptedFault> script(count);
  Nanos at = kMillisecond * 50;
  for (audio::ScriptedFault& fault : script) {
    at += Nanos(draw(random, 15'000'000, 65'000'000));
    fault.kind = kind;
    fault.at = at;
    // Whole blocks, so that all blocks stay on one grid.
    fault.frames = Frames(format.block_frames * draw(random, 1, kMostLostBlocks));
    fault.duration = Nanos(draw(random, 1'000'000, 3'000'000));
  }
  return script;
}

std::vector<Truth> truths_of(const std::vector<audio::ScriptedFault>& script,
                             const audio::StreamFormat& format, Nanos origin) {
  std::vector<Truth> truths;
  for (const audio::ScriptedFault& fault : script) {
    const int64_t block = format.block_frames;
    // The first block that begins no earlier than the scripted time.
    int64_t position = frames_in(fault.at, format.rate_hz).count / block * block;
    while (duration_of(Frames(position), format.rate_hz) < fault.at) position += block;
    Truth truth;
    truth.block = position;
    truth.begin = origin + duration_of(Frames(position + block), format.rate_hz);
    truth.end = truth.begin + (fault.kind == audio::FaultKind::kStall
                                   ? fault.duration
                                   : duration_of(fault.frames, format.rate_hz));
    truths.push_back(truth);
  }
  return truths;
}

}  // namespace holdfast::blind
