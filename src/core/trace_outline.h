// SPDX-License-Identifier: MIT
// What a trace spans and which lines of text it holds: what has to be known of it before a part of
// it is copied.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "core/session_info.h"
#include "core/text_lines.h"
#include "rt/record.h"

namespace holdfast {

/// A trace from far away. Times are CLOCK_MONOTONIC, and equal when the trace holds no facts.
struct TraceOutline {
  Nanos begin;
  Nanos end;
  Nanos utc_minus_mono;    ///< At its end.
  int64_t torn_lines = 0;  ///< Lines of text of which a part is missing.

  [[nodiscard]] Nanos utc_begin() const { return begin + utc_minus_mono; }
  [[nodiscard]] Nanos utc_end() const { return end + utc_minus_mono; }
};

/// Makes an outline of the records of a trace. One thread.
class OutlineCollector {
 public:
  /// `on_line` sees every whole line of text, of the run and of programs that it followed.
  OutlineCollector(const SessionInfo& info, std::function<void(std::string_view)> on_line);

  /// Records in the order of the trace.
  void take(std::span<const Record> records);
  /// No record follows.
  TraceOutline finish();
  /// True once a fact other than a line of text was seen: `begin` is known.
  [[nodiscard]] bool has_begun() const { return has_begun_; }

 private:
  void take(const Record& record);

  std::function<void(std::string_view)> on_line_;
  TextLines lines_;
  TextLines followed_lines_{RecordKind::kFollowedText};
  TraceOutline outline_;
  bool has_begun_ = false;
};

}  // namespace holdfast
