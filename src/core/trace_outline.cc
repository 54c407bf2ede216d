// SPDX-License-Identifier: MIT
#include "core/trace_outline.h"

#include <algorithm>
#include <utility>

namespace holdfast {

OutlineCollector::OutlineCollector(const SessionInfo& info,
                                   std::function<void(std::string_view)> on_line)
    : on_line_(std::move(on_line)) {
  outline_.utc_minus_mono = Nanos(info.utc_minus_mono_ns);
}

void OutlineCollector::take(std::span<const Record> records) {
  for (const Record& record : records) take(record);
}

void OutlineCollector::take(const Record& record) {
  for (TextLines* const lines : {&lines_, &followed_lines_}) {
    if (const auto line = lines->take(record)) on_line_(*line);
  }
  const RecordKind kind = record.head.kind;
  if (kind == RecordKind::kText || kind == RecordKind::kFollowedText) return;
  if (kind == RecordKind::kClock) {
    outline_.utc_minus_mono = Nanos(record_cast<ClockRecord>(record).utc_minus_mono_ns);
  }
  const Nanos when(record.head.mono_ns);
  outline_.begin = has_begun_ ? std::min(outline_.begin, when) : when;
  outline_.end = has_begun_ ? std::max(outline_.end, when) : when;
  has_begun_ = true;
}

TraceOutline OutlineCollector::finish() {
  lines_.finish();
  followed_lines_.finish();
  outline_.torn_lines = static_cast<int64_t>(lines_.dropped() + followed_lines_.dropped());
  return outline_;
}

}  // namespace holdfast
