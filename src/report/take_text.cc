// SPDX-License-Identifier: MIT
#include "report/take_text.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "report/duration_text.h"
#include "report/json_writer.h"
#include "report/printable.h"

namespace holdfast {
namespace {

constexpr size_t kColumns = 79;
constexpr size_t kLongestName = 16;
constexpr int kMeterColumns = 8;
constexpr double kMeterFloor = -48;

std::string clock_text(Frames elapsed, int64_t rate_hz) {
  const int64_t seconds = duration_of(elapsed, rate_hz).count / kSecond.count;
  return format("%02lld:%02lld:%02lld", static_cast<long long>(seconds / 3600),
                static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
}

/// "|#####   | -12 dB", from -48 dB to full scale.
std::string meter(float peak) {
  const double level = peak > 0 ? 20 * std::log10(static_cast<double>(peak)) : -INFINITY;
  const double share = std::clamp((level - kMeterFloor) / -kMeterFloor, 0.0, 1.0);
  const auto filled = static_cast<size_t>(std::lround(share * kMeterColumns));
  std::string text =
      "|" + std::string(filled, '#') + std::string(kMeterColumns - filled, ' ') + "|";
  return text + (level < -99 ? " -inf dB" : format("%4.0f dB", level));
}

/// A file's name may hold anything; what is shown here is one line.
std::string one_line(std::string_view name) {
  std::string text = printable(name);
  std::replace(text.begin(), text.end(), '\n', '?');
  return text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void add_names(JsonWriter& json, const char* key, const std::vector<std::string>& names) {
  json.begin_array(key);
  for (const std::string& name : names) json.value(name);
  json.end_array();
}

}  // namespace

std::string progress_line(const TakeProgress& progress) {
  std::string line = "rec " + one_line(progress.name).substr(0, kLongestName) + " " +
                     clock_text(progress.elapsed, progress.rate_hz) + " " + meter(progress.peak);
  line += format("  %lld glitch%s", static_cast<long long>(progress.glitches),
                 progress.glitches == 1 ? "" : "es");
  if (progress.filled > Frames(0)) {
    line += " " + duration_text(duration_of(progress.filled, progress.rate_hz));
  }
  if (progress.own > Frames(0)) {
    line += ", " + duration_text(duration_of(progress.own, progress.rate_hz)) + " by us";
  }
  // What matters least comes last, and is left out where there is no room.
  std::vector<std::string> rest;
  if (progress.room) rest.push_back(room_text(*progress.room).substr(5));
  if (progress.memory_bytes) {
    rest.push_back(format("%lld MB left", static_cast<long long>(*progress.memory_bytes >> 20)));
  }
  if (progress.stalled_share)
    rest.push_back(format("%.0f%% stalled", *progress.stalled_share * 100));
  rest.emplace_back(progress.is_locked ? "locked" : "not locked");
  for (const std::string& part : rest) {
    if (line.size() + 2 + part.size() <= kColumns) line += "  " + part;
  }
  return line.substr(0, kColumns);
}

std::string status_text(const TakeProgress& progress) {
  const auto time = [&](Frames frames) {
    return duration_text(duration_of(frames, progress.rate_hz));
  };
  std::string text = one_line(progress.name) + " " +
                     clock_text(progress.elapsed, progress.rate_hz) + ", " +
                     plural(progress.glitches, "glitch");
  if (progress.filled > Frames(0)) text += ", " + time(progress.filled) + " inserted";
  if (progress.own > Frames(0)) text += ", " + time(progress.own) + " of it lost by us";
  if (progress.room) text += ", " + room_text(*progress.room);
  return text + (progress.is_locked ? ", locked" : ", not locked");
}

std::string room_text(Nanos room) {
  const int64_t seconds = room.count / kSecond.count;
  if (seconds < 120) return format("room for %lld s", static_cast<long long>(seconds));
  if (seconds < 7200) return format("room for %lld min", static_cast<long long>(seconds / 60));
  if (seconds > int64_t{99} * 3600) return "room for days";
  return format("room for %lld h", static_cast<long long>(seconds / 3600));
}

std::string take_text(const TakeResult& take) {
  const auto time = [&](Frames frames) { return duration_text(duration_of(frames, take.rate_hz)); };
  std::string text = "recorded       " + joined(take.files) + ": " +
                     plural(take.length.count, "frame") + " (" + time(take.length) + "), " +
                     plural(take.channels, "channel") + ", " + take.encoding + "\n";
  if (take.filled > Frames(0)) {
    text += "inserted       " + plural(take.filled.count, "frame") + " (" + time(take.filled) +
            ") at " + plural(take.markers, "marker") + "\n";
  }
  if (take.own > Frames(0)) {
    text += "lost by us     " + plural(take.own.count, "frame") + " (" + time(take.own) +
            "): the disk was too slow, and the buffer full; see --buffer\n";
  }
  if (take.unlocked_buffer_bytes > 0) {
    text +=
        format("not locked     %lld of %lld KiB for samples on their way; see holdfast doctor\n",
               static_cast<long long>(take.unlocked_buffer_bytes >> 10),
               static_cast<long long>(take.buffer_bytes >> 10));
  }
  if (!take.label_files.empty()) text += "labels         " + joined(take.label_files) + "\n";
  if (take.left_out_markers > 0) {
    text += format("not in file    %lld markers, more than the format bears; the labels have all\n",
                   static_cast<long long>(take.left_out_markers));
  }
  return text;
}

std::string take_json(const TakeResult& take) {
  JsonWriter json = begin_line("holdfast.take/1");
  add_names(json, "files", take.files);
  add_names(json, "label_files", take.label_files);
  json.field("rate_hz", take.rate_hz);
  json.field("channels", take.channels);
  json.field("encoding", take.encoding);
  json.field("length_frames", take.length.count);
  json.field("filled_frames", take.filled.count);
  json.field("own_lost_frames", take.own.count);
  json.field("buffer_bytes", take.buffer_bytes);
  json.field("unlocked_buffer_bytes", take.unlocked_buffer_bytes);
  json.field("markers", take.markers);
  json.field("left_out_markers", take.left_out_markers);
  json.field("complete", take.is_complete);
  json.field("whole", take.is_whole());
  return end_line(json);
}

}  // namespace holdfast
