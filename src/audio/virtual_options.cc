// SPDX-License-Identifier: MIT
#include "audio/virtual_options.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "audio/device.h"
#include "base/duration.h"

namespace holdfast::audio {
namespace {

constexpr const char* kVirtualDevice = "virtual device";
constexpr std::array<std::pair<std::string_view, FaultKind>, 7> kFaultNames = {
    {{"lose", FaultKind::kLose},
     {"stall", FaultKind::kStall},
     {"restart", FaultKind::kRestart},
     {"twin", FaultKind::kTwin},
     {"silent", FaultKind::kSilent},
     {"torn", FaultKind::kTorn},
     {"gone", FaultKind::kGone}}};
constexpr int64_t kMaxLostFrames = int64_t{1} << 32;
constexpr int64_t kMaxLostFrames32Bit = (int64_t{1} << 31) - kMaxBlockFrames;
constexpr int64_t kMaxRingBlocks = 65536;

template <class Number>
bool parse_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::string to_text(const ScriptedFault& fault) {
  const auto* name = std::find_if(kFaultNames.begin(), kFaultNames.end(),
                                  [&](const auto& entry) { return entry.second == fault.kind; });
  std::string text(name->first);
  if (fault.kind == FaultKind::kLose) text += "=" + std::to_string(fault.frames.count);
  if (fault.kind == FaultKind::kStall) text += "=" + holdfast::to_text(fault.duration);
  return text + "@" + holdfast::to_text(fault.at);
}

/// A duration inside `word`, which an error names.
Result<Nanos> duration_in(std::string_view word, std::string_view text) {
  Result<Nanos> duration = parse_duration(text);
  if (duration) return duration;
  return not_understood(kVirtualDevice, word, "times are written 10s, 400ms, 50us");
}

/// `key@TIME` or `key=AMOUNT@TIME`.
Result<ScriptedFault> parse_fault(std::string_view word) {
  const size_t at = word.find('@');
  const std::string_view before = word.substr(0, at);
  const size_t equals = before.find('=');
  const std::string_view name = before.substr(0, equals);
  const std::string_view amount =
      equals == std::string_view::npos ? std::string_view() : before.substr(equals + 1);
  const auto* known = std::find_if(kFaultNames.begin(), kFaultNames.end(),
                                   [&](const auto& entry) { return entry.first == name; });
  if (known == kFaultNames.end()) {
    return not_understood(kVirtualDevice, word,
                          "faults are lose=FRAMES@TIME, stall=DUR@TIME, restart@TIME, twin@TIME, "
                          "silent@TIME, torn@TIME, gone@TIME");
  }
  ScriptedFault fault;
  fault.kind = known->second;
  HF_TRY_ASSIGN(fault.at, duration_in(word, word.substr(at + 1)));
  if (fault.kind == FaultKind::kLose) {
    const bool is_count = parse_number(amount, fault.frames.count) && fault.frames.count > 0 &&
                          fault.frames.count <= kMaxLostFrames;
    if (!is_count)
      return not_understood(kVirtualDevice, word,
                            "write lose=FRAMES@TIME, for example lose=187@1s");
  } else if (fault.kind == FaultKind::kStall) {
    HF_TRY_ASSIGN(fault.duration, duration_in(word, amount));
  } else if (!amount.empty()) {
    return not_understood(kVirtualDevice, word, "write " + std::string(name) + "@TIME");
  }
  return fault;
}

Result<> set_policy(VirtualOptions& options, std::string_view value) {
  if (value != "skip" && value != "catchup")
    return not_understood(kVirtualDevice, value, "policy is skip or catchup");
  options.policy = value == "skip" ? VirtualPolicy::kSkip : VirtualPolicy::kCatchup;
  return Done{};
}

Result<> set_clock(VirtualOptions& options, std::string_view value) {
  if (value != "real" && value != "fake")
    return not_understood(kVirtualDevice, value, "clock is real or fake");
  options.is_clock_fake = value == "fake";
  return Done{};
}

Result<> set_content(VirtualOptions& options, std::string_view value) {
  options.file.clear();
  if (value == "position") {
    options.content = VirtualContent::kPosition;
  } else if (value == "tone") {
    options.content = VirtualContent::kTone;
  } else if (value == "silence") {
    options.content = VirtualContent::kSilence;
  } else if (value.ends_with(".wav") || value.ends_with(".WAV")) {
    options.content = VirtualContent::kFile;
    options.file = value;
  } else {
    return not_understood(kVirtualDevice, value,
                          "content is position, tone, silence or a file ending in .wav");
  }
  return Done{};
}

Result<> set_option(VirtualOptions& options, std::string_view key, std::string_view value) {
  if (key == "policy") return set_policy(options, value);
  if (key == "clock") return set_clock(options, value);
  if (key == "content") return set_content(options, value);
  if (key == "ring") {
    const bool is_ring = parse_number(value, options.ring_blocks) && options.ring_blocks >= 1 &&
                         options.ring_blocks <= kMaxRingBlocks;
    if (!is_ring)
      return not_understood(kVirtualDevice, value, "ring is a number of blocks from 1 to 65536");
  } else if (key == "ppm") {
    const bool is_ppm = parse_number(value, options.drift_ppm) && options.drift_ppm > -100'000 &&
                        options.drift_ppm < 100'000;
    if (!is_ppm)
      return not_understood(kVirtualDevice, value, "ppm is a number between -100000 and 100000");
  } else if (key == "jitter") {
    HF_TRY_ASSIGN(options.jitter, duration_in("jitter=" + std::string(value), value));
  } else if (key == "counter") {
    if (value != "32" && value != "64")
      return not_understood(kVirtualDevice, value, "counter is 32 or 64 (bits)");
    options.is_counter_32_bit = value == "32";
  } else if (key == "start") {
    const bool is_start = parse_number(value, options.start.count) && options.start.count >= 0 &&
                          options.start.count < (int64_t{1} << 60);
    if (!is_start)
      return not_understood(kVirtualDevice, value, "start is the position of the first frame");
  } else {
    return not_understood(kVirtualDevice, key,
                          "options are policy, ring, clock, content, ppm, jitter, counter, start");
  }
  return Done{};
}

/// lose=5@1s has an '@'; so may a file name: content=me@home.wav.
bool is_fault(std::string_view word) {
  return word.find('@') != std::string_view::npos && !word.starts_with("content=");
}

std::string content_text(const VirtualOptions& options) {
  switch (options.content) {
    case VirtualContent::kPosition:
      return "position";
    case VirtualContent::kTone:
      return "tone";
    case VirtualContent::kSilence:
      return "silence";
    case VirtualContent::kFile:
      return options.file;
  }
  return "";
}

}  // namespace

Result<VirtualOptions> parse_virtual_options(std::string_view text) {
  VirtualOptions options;
  if (!text.empty() && text.front() != ':') {
    return not_understood(kVirtualDevice, text, "write virtual or virtual:key=value,...");
  }
  while (text.size() > 1) {
    text.remove_prefix(1);
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(word.size());
    if (is_fault(word)) {
      HF_TRY_ASSIGN(const ScriptedFault fault, parse_fault(word));
      options.faults.push_back(fault);
      continue;
    }
    const size_t equals = word.find('=');
    if (equals == std::string_view::npos)
      return not_understood(kVirtualDevice, word, "write key=value");
    HF_TRY(set_option(options, word.substr(0, equals), word.substr(equals + 1)));
  }
  for (const ScriptedFault& fault : options.faults) {
    if (!options.is_counter_32_bit || fault.frames.count < kMaxLostFrames32Bit) continue;
    return not_understood(kVirtualDevice, to_text(fault),
                          "a 32-bit counter can only tell losses below 2^31 frames");
  }
  std::stable_sort(options.faults.begin(), options.faults.end(),
                   [](const ScriptedFault& a, const ScriptedFault& b) { return a.at < b.at; });
  return options;
}

std::string to_text(const VirtualOptions& options) {
  std::string text = "virtual:policy=";
  text += options.policy == VirtualPolicy::kSkip ? "skip" : "catchup";
  text += ",ring=" + std::to_string(options.ring_blocks);
  text += options.is_clock_fake ? ",clock=fake" : ",clock=real";
  text += ",content=" + content_text(options);
  if (options.drift_ppm != 0) {
    char ppm[32];
    const auto [end, error] = std::to_chars(ppm, ppm + sizeof ppm, options.drift_ppm);
    text += ",ppm=" + std::string(ppm, error == std::errc() ? end : ppm);
  }
  if (options.jitter != Nanos(0)) text += ",jitter=" + holdfast::to_text(options.jitter);
  if (options.is_counter_32_bit) text += ",counter=32";
  if (options.start != Frames(0)) text += ",start=" + std::to_string(options.start.count);
  for (const ScriptedFault& fault : options.faults) text += "," + to_text(fault);
  return text;
}

}  // namespace holdfast::audio
