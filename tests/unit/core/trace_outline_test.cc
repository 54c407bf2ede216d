// SPDX-License-Identifier: MIT
#include "core/trace_outline.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

TEST(TraceOutline, SpansTheFactsAndShowsEveryLine) {
  std::vector<std::string> lines;
  SessionInfo info = test::shown_info();
  info.utc_minus_mono_ns = 5;
  OutlineCollector collector(info, [&](std::string_view line) { lines.emplace_back(line); });
  collector.take(test::shown_run("/usr/lib/libfoo.so", "tenor"));
  const TraceOutline outline = collector.finish();
  EXPECT_EQ(outline.begin, Nanos(1'000'000'000));
  EXPECT_EQ(outline.end, Nanos(1'200'000'000));
  EXPECT_EQ(outline.utc_begin(), Nanos(1'000'000'005));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[2].find("tenor"), std::string::npos);
  EXPECT_EQ(outline.torn_lines, 0);
}

TEST(TraceOutline, LinesAloneAreNoBegin) {
  OutlineCollector collector(test::shown_info(), [](std::string_view) {});
  collector.take(to_text_records("program /usr/bin/x", kSecond, RecordKind::kFollowedText));
  EXPECT_FALSE(collector.has_begun());
  EXPECT_EQ(collector.finish().begin, collector.finish().end);
}

TEST(TraceOutline, TornLinesAreCountedAndTheLastClockHolds) {
  OutlineCollector collector(test::shown_info(), [](std::string_view) {});
  const std::vector<Record> parts = to_text_records(std::string(100, 'x'), kSecond);
  collector.take(std::vector<Record>(parts.begin(), parts.end() - 1));
  ClockRecord clock;
  clock.head = {RecordKind::kClock, 0, 0, 7};
  clock.utc_minus_mono_ns = 100;
  collector.take(std::vector<Record>{record_cast<Record>(clock)});
  const TraceOutline outline = collector.finish();
  EXPECT_EQ(outline.torn_lines, 1);
  EXPECT_EQ(outline.utc_end(), Nanos(107));
}

}  // namespace
}  // namespace holdfast
