// SPDX-License-Identifier: MIT
// A copy of a trace to give away: a part of its time, and every text in it passed through a filter.
// It is judged like any other trace: names come from the whole of the original, facts from the part
// alone.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/session_info.h"
#include "core/text_lines.h"
#include "core/trace_writer.h"

namespace holdfast {

/// From a text to the one that takes its place, without line breaks.
using TextFilter = std::function<std::string(std::string_view)>;

/// A part of a trace's time: CLOCK_MONOTONIC, both ends included.
struct TraceWindow {
  Nanos begin{INT64_MIN};
  Nanos end{INT64_MAX};
};

/// `times`, each with `around` before and after it, in rising order; those that touch are one.
std::vector<TraceWindow> windows_around(std::vector<Nanos> times, Nanos around);

/// `info` with each of its texts filtered.
SessionInfo filtered(SessionInfo info, const TextFilter& filter);

/// Makes the copy, in memory: some 4 bytes a block. One thread.
class TraceExcerpt {
 public:
  /// `info` is written as it is. The first word of a line of text says what the line is, and is not
  /// filtered.
  TraceExcerpt(const SessionInfo& info, const TraceWindow& window, TextFilter filter);

  /// Records in the order of the original.
  void take(std::span<const Record> records);
  /// How long it is so far, but for the last chunk.
  [[nodiscard]] size_t size_bytes() const { return bytes_.size(); }
  /// No record follows. The whole trace, as the bytes of a file.
  [[nodiscard]] std::string finish();

 private:
  void take(const Record& record);
  void take_fact(const Record& record);
  void keep(const Record& record);
  void write_chunk();

  TraceWindow window_;
  TextFilter filter_;
  TraceWriter writer_;
  TextLines lines_;
  TextLines followed_lines_{RecordKind::kFollowedText};
  std::vector<Record> buffer_;
  std::string bytes_;
};

}  // namespace holdfast
