// SPDX-License-Identifier: MIT
// One table of text keys; writing walks it forwards, reading looks lines up in it.
#include "core/session_info.h"

#include <algorithm>
#include <charconv>

namespace holdfast {
namespace {

constexpr int64_t kMaxRateHz = 10'000'000;
constexpr int64_t kMaxBlockFrames = 1 << 20;

struct TextKey {
  std::string_view key;
  std::string SessionInfo::*value;
};

struct NumberKey {
  std::string_view key;
  int64_t SessionInfo::*value;
  int64_t least;
  int64_t most;
};

constexpr std::string_view kServerRole = "server";
constexpr std::string_view kClientRole = "client";

constexpr TextKey kTextKeys[] = {
    {"program", &SessionInfo::program},           {"device", &SessionInfo::device},
    {"sound_system", &SessionInfo::sound_system}, {"exact_losses", &SessionInfo::exact_losses},
    {"machine", &SessionInfo::machine},           {"scheduling", &SessionInfo::scheduling},
};

constexpr NumberKey kNumberKeys[] = {
    {"rate_hz", &SessionInfo::rate_hz, 1, kMaxRateHz},
    {"block_frames", &SessionInfo::block_frames, 1, kMaxBlockFrames},
    {"channels", &SessionInfo::channels, 0, INT64_MAX},
    {"locked_bytes", &SessionInfo::locked_bytes, 0, INT64_MAX},
    {"system_locked_bytes", &SessionInfo::system_locked_bytes, 0, INT64_MAX},
    {"lock_limit_bytes", &SessionInfo::lock_limit_bytes, 0, INT64_MAX},
    {"swap_bytes", &SessionInfo::swap_bytes, 0, INT64_MAX},
    {"late_tolerance_ns", &SessionInfo::late_tolerance_ns, 0, INT64_MAX},
    {"utc_minus_mono_ns", &SessionInfo::utc_minus_mono_ns, INT64_MIN, INT64_MAX},
    {"observed_thread", &SessionInfo::observed_thread, 0, UINT32_MAX},
    {"times_callbacks", &SessionInfo::times_callbacks, 0, 1},
};

constexpr PositionSource kPositionSources[] = {
    PositionSource::kDeviceCounter, PositionSource::kServerCounter, PositionSource::kClockEstimate};

void add_line(std::string& text, std::string_view key, std::string_view value) {
  text.append(key).append(1, ' ');
  for (const char c : value) text += c == '\n' || c == '\r' ? ' ' : c;
  text += '\n';
}

Error bad_value(std::string_view key, std::string_view value, std::string_view why) {
  std::string what = "session info: ";
  what.append(key).append(" \"").append(value).append("\" ").append(why);
  return Error{ErrorKind::kBadData, 0, std::move(what)};
}

Result<int64_t> parse_value(const NumberKey& row, std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return bad_value(row.key, text, "is not a number");
  if (value < row.least || value > row.most) return bad_value(row.key, text, "is out of range");
  return value;
}

Result<PositionSource> parse_position_source(std::string_view text) {
  for (const PositionSource source : kPositionSources) {
    if (text == name_of(source)) return source;
  }
  return bad_value("position_source", text, "is unknown");
}

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

/// "server all_events 1236 jackd (1234)".
Result<FollowedProgram> parse_followed(std::string_view value) {
  constexpr NumberKey kThreadId = {"followed", nullptr, 1, UINT32_MAX};
  FollowedProgram program;
  std::string_view rest = value;
  const std::string_view role = take_word(rest);
  const auto level = parse_observation(take_word(rest));
  if ((role != kServerRole && role != kClientRole) || !level) {
    return bad_value("followed", value, "is unknown");
  }
  program.is_server = role == kServerRole;
  program.observation = *level;
  HF_TRY_ASSIGN(program.thread, parse_value(kThreadId, take_word(rest)));
  program.name = rest;
  return program;
}

std::string followed_text(const FollowedProgram& program) {
  std::string text(program.is_server ? kServerRole : kClientRole);
  text += ' ';
  text += name_of(program.observation);
  return text + ' ' + std::to_string(program.thread) + ' ' + program.name;
}

Result<> parse_line(std::string_view key, std::string_view value, SessionInfo& info) {
  for (const TextKey& row : kTextKeys) {
    if (key == row.key) info.*row.value = value;
  }
  for (const NumberKey& row : kNumberKeys) {
    if (key != row.key) continue;
    HF_TRY_ASSIGN(info.*row.value, parse_value(row, value));
  }
  if (key == "position_source") {
    HF_TRY_ASSIGN(info.position_source, parse_position_source(value));
  }
  if (key == "observation") {
    const auto level = parse_observation(value);
    if (!level) return bad_value(key, value, "is unknown");
    info.observation = *level;
  }
  if (key == "followed") {
    if (info.followed.size() >= kMostFollowed) return bad_value(key, value, "is one too many");
    HF_TRY_ASSIGN(FollowedProgram program, parse_followed(value));
    info.followed.push_back(std::move(program));
  }
  if (key == "limitation") info.limitations.emplace_back(value);
  return Done{};
}

}  // namespace

std::string_view name_of(PositionSource source) {
  switch (source) {
    case PositionSource::kDeviceCounter:
      return "device_counter";
    case PositionSource::kServerCounter:
      return "server_counter";
    case PositionSource::kClockEstimate:
      return "clock_estimate";
  }
  return "unknown";
}

std::string to_text(const SessionInfo& info) {
  std::string text;
  for (const TextKey& row : kTextKeys) add_line(text, row.key, info.*row.value);
  add_line(text, "position_source", name_of(info.position_source));
  add_line(text, "observation", name_of(info.observation));
  for (const NumberKey& row : kNumberKeys) {
    if (info.*row.value < row.least) continue;  // not known, and so not stated
    add_line(text, row.key, std::to_string(info.*row.value));
  }
  for (const FollowedProgram& program : info.followed) {
    add_line(text, "followed", followed_text(program));
  }
  for (const std::string& limitation : info.limitations) add_line(text, "limitation", limitation);
  return text;
}

Result<SessionInfo> parse_session_info(std::string_view text) {
  SessionInfo info;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    const std::string_view key = line.substr(0, line.find(' '));
    const std::string_view value = key.size() < line.size() ? line.substr(key.size() + 1) : "";
    HF_TRY(parse_line(key, value, info));
  }
  return info;
}

}  // namespace holdfast
