// SPDX-License-Identifier: MIT
#include "report/label_track.h"

#include "base/format.h"

namespace holdfast {
namespace {

/// Nine digits: a frame of the fastest stream lasts 2.6 us, and editors round to frames.
std::string seconds(Frames frames, int64_t rate_hz) {
  const Nanos time = duration_of(frames, rate_hz);
  return format("%lld.%09lld", static_cast<long long>(time.count / kSecond.count),
                static_cast<long long>(time.count % kSecond.count));
}

/// Names may hold what somebody called a file: no tab or line break gets through.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  }
  return text;
}

}  // namespace

std::string audacity_label(const Marker& marker, int64_t rate_hz) {
  return seconds(marker.position, rate_hz) + "\t" +
         seconds(marker.position + marker.length, rate_hz) + "\t" + one_line(marker.name) + "\n";
}

std::string_view reaper_header() {
  return "#,Name,Start,End,Length\n";
}

std::string reaper_row(const Marker& marker, int64_t number, int64_t rate_hz) {
  std::string name;
  for (const char c : one_line(marker.name))
    name += c == '"' ? std::string("\"\"") : std::string(1, c);
  const bool is_region = marker.length > Frames(0);
  std::string row = format(is_region ? "R%lld" : "M%lld", static_cast<long long>(number)) + ",\"" +
                    name + "\"," + seconds(marker.position, rate_hz) + ",";
  if (is_region) {
    row +=
        seconds(marker.position + marker.length, rate_hz) + "," + seconds(marker.length, rate_hz);
  } else {
    row += ",";
  }
  return row + "\n";
}

}  // namespace holdfast
