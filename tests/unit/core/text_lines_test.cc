// SPDX-License-Identifier: MIT
#include "core/text_lines.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

/// What a reader makes of the records.
struct Reading {
  std::vector<std::string> lines;
  uint64_t dropped = 0;

  friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read(const std::vector<Record>& records) {
  Reading reading;
  TextLines lines;
  for (const Record& record : records) {
    if (const auto line = lines.take(record)) reading.lines.emplace_back(*line);
  }
  lines.finish();
  reading.dropped = lines.dropped();
  return reading;
}

std::vector<Record> joined(std::vector<Record> a, const std::vector<Record>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(TextLines, LinesOfEveryLengthReadBackTheSame) {
  for (const size_t size : {0U, 1U, 47U, 48U, 49U, 95U, 96U, 97U, 4095U, 4096U}) {
    const std::string line(size, 'x');
    const auto records = to_text_records(line, Nanos(7));
    EXPECT_EQ(records.size(), size == 0 ? 1 : (size + 47) / 48);
    EXPECT_EQ(read(records), (Reading{{line}, 0})) << size;
  }
}

TEST(TextLines, PartsCarryTheTimeOfTheLine) {
  for (const Record& record : to_text_records(std::string(100, 'x'), Nanos(7))) {
    EXPECT_EQ(record.head.kind, RecordKind::kText);
    EXPECT_EQ(record.head.mono_ns, 7);
  }
}

TEST(TextLines, LinesOfOneMomentStayApart) {
  const auto records =
      joined(to_text_records("first", Nanos(7)), to_text_records(std::string(60, 'y'), Nanos(7)));
  EXPECT_EQ(read(records), (Reading{{"first", std::string(60, 'y')}, 0}));
}

TEST(TextLines, AByteOfZeroDoesNotCutALine) {
  EXPECT_EQ(read(to_text_records(std::string("a\0b", 3), Nanos(7))), (Reading{{"a?b"}, 0}));
}

TEST(TextLines, AnOverlongLineIsDroppedAndCountedOnce) {
  const auto records =
      joined(to_text_records(std::string(9000, 'x'), Nanos(7)), to_text_records("next", Nanos(8)));
  EXPECT_EQ(read(records), (Reading{{"next"}, 1}));
}

TEST(TextLines, ALineWithoutItsEndIsDroppedWhenAnotherBegins) {
  auto torn = to_text_records(std::string(100, 'x'), Nanos(7));
  torn.pop_back();
  EXPECT_EQ(read(joined(torn, to_text_records("next", Nanos(8)))), (Reading{{"next"}, 1}));
}

TEST(TextLines, ALineIsDroppedWhenARecordOfAnotherKindStandsInIt) {
  auto torn = to_text_records(std::string(40, 'x') + std::string(40, 'y'), Nanos(7));
  torn.insert(torn.begin() + 1, Record());
  EXPECT_EQ(read(torn).dropped, 1U);
}

TEST(TextLines, ALineThatIsOpenAtTheEndIsCounted) {
  auto torn = to_text_records(std::string(100, 'x'), Nanos(7));
  torn.pop_back();
  EXPECT_EQ(read(torn), (Reading{{}, 1}));
}

TEST(TextLines, AShortPartInTheMiddleIsATornLine) {
  auto torn = to_text_records(std::string(100, 'x'), Nanos(7));
  torn[0].body[20] = 0;
  EXPECT_EQ(read(torn), (Reading{{}, 1}));
}

TEST(TextLines, LinesAboutOtherProgramsAreAStreamOfTheirOwn) {
  TextLines own;
  TextLines others(RecordKind::kFollowedText);
  const std::vector<Record> records =
      to_text_records("maps 1", Nanos(5), RecordKind::kFollowedText);
  EXPECT_FALSE(own.take(records[0]));
  EXPECT_EQ(others.take(records[0]), "maps 1");
}

}  // namespace
}  // namespace holdfast
