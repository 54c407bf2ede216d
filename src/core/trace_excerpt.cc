// SPDX-License-Identifier: MIT
#include "core/trace_excerpt.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/kernel_text.h"
#include "core/trace_format.h"

namespace holdfast {
namespace {

/// When the fact was over. All that last have their end in the same place.
int64_t end_of(const Record& record) {
  switch (record.head.kind) {
    case RecordKind::kFault:
    case RecordKind::kOffCpu:
    case RecordKind::kCallback:
    case RecordKind::kPause:
    case RecordKind::kLost:
      return std::max(record.head.mono_ns, record_cast<PauseRecord>(record).end_ns);
    default:
      return record.head.mono_ns;
  }
}

/// Lines, and how many fields of theirs are numbers and words of the trace itself: whatever the
/// user's name is, they say the same afterwards.
constexpr std::array<std::pair<std::string_view, int>, 6> kOwnFields = {
    {{"map", 6}, {"symbol", 3}, {"thread", 2}, {"stack", 4}, {"tls", 4}, {"maps", 2}}};

size_t own_length(std::string_view line) {
  int fields = 1;
  for (const auto& [word, count] : kOwnFields) {
    if (line.starts_with(word) && line.substr(word.size()).starts_with(' ')) fields = count;
  }
  TextReader reader(line);
  for (int i = 0; i < fields; i++) reader.take_field();
  const size_t length = line.size() - reader.take_rest().size();
  return line.substr(0, length).find('/') == std::string_view::npos ? length : 0;
}

/// To the end of the line this is one path: no comma or bracket in a folder's name ends it.
std::string with_plain_folders(std::string_view path) {
  std::string plain(path);
  for (size_t i = 0; i < path.rfind('/'); i++) {
    if (std::string_view(",;:\"')(").find(plain[i]) != std::string_view::npos) plain[i] = '_';
  }
  return plain;
}

std::string filtered_line(std::string_view line, const TextFilter& filter) {
  const std::string own(line.substr(0, own_length(line)));
  const std::string_view rest = line.substr(own.size());
  const bool is_of_kernel = rest.starts_with('[') && rest.find(':') == std::string_view::npos;
  if (line.starts_with("map ") && is_of_kernel) return std::string(line);  // "[stack]"
  std::string clean = filter(rest);
  if (rest.starts_with('/') && clean != rest) clean = filter(with_plain_folders(rest));
  return own + clean;
}

}  // namespace

std::vector<TraceWindow> windows_around(std::vector<Nanos> times, Nanos around) {
  std::sort(times.begin(), times.end());
  std::vector<TraceWindow> windows;
  for (const Nanos time : times) {
    const TraceWindow window{time - around, time + around};
    if (!windows.empty() && windows.back().end >= window.begin) {
      windows.back().end = window.end;
    } else {
      windows.push_back(window);
    }
  }
  return windows;
}

SessionInfo filtered(SessionInfo info, const TextFilter& filter) {
  for (std::string* const text :
       {&info.program, &info.device, &info.sound_system, &info.machine, &info.scheduling}) {
    *text = filter(*text);
  }
  for (FollowedProgram& followed : info.followed) followed.name = filter(followed.name);
  for (std::string& limitation : info.limitations) limitation = filter(limitation);
  return info;
}

TraceExcerpt::TraceExcerpt(const SessionInfo& info, const TraceWindow& window, TextFilter filter)
    : window_(window), filter_(std::move(filter)) {
  const auto chunk = writer_.description(info);
  bytes_.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
}

void TraceExcerpt::take(std::span<const Record> records) {
  for (const Record& record : records) take(record);
}

void TraceExcerpt::take(const Record& record) {
  for (TextLines* const lines : {&lines_, &followed_lines_}) {
    const auto line = lines->take(record);
    if (!line) continue;
    const std::string clean = filtered_line(*line, filter_);
    const Nanos when(record.head.mono_ns);
    for (const Record& part : to_text_records(clean, when, record.head.kind)) keep(part);
  }
  take_fact(record);
}

void TraceExcerpt::take_fact(const Record& record) {
  switch (record.head.kind) {
    case RecordKind::kText:
    case RecordKind::kFollowedText:
      return;
    case RecordKind::kClock:
      return keep(record);  // moments before it are named by it, too
    case RecordKind::kEnd: {
      Record end = record;  // why the run ended, where the excerpt does
      end.head.mono_ns = std::clamp(end.head.mono_ns, window_.begin.count, window_.end.count);
      return keep(end);
    }
    default:
      if (end_of(record) < window_.begin.count || record.head.mono_ns > window_.end.count) return;
      keep(record);
  }
}

void TraceExcerpt::keep(const Record& record) {
  buffer_.push_back(record);
  if (buffer_.size() == kChunkRecords) write_chunk();
}

void TraceExcerpt::write_chunk() {
  const auto chunk = writer_.records(buffer_);
  bytes_.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  buffer_.clear();
}

std::string TraceExcerpt::finish() {
  if (!buffer_.empty()) write_chunk();
  return std::move(bytes_);
}

}  // namespace holdfast
