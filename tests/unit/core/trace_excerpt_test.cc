// SPDX-License-Identifier: MIT
#include "core/trace_excerpt.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/trace_reader.h"
#include "tests/support/session_builder.h"

namespace holdfast {
namespace {

std::string as_it_is(std::string_view text) {
  return std::string(text);
}

struct CopiedTrace {
  SessionInfo info;
  std::vector<Record> records;
  TraceEnd end = TraceEnd::kNotYet;
};

CopiedTrace read_back(const std::string& bytes) {
  size_t at = 0;
  auto reader = TraceReader::open([&](std::span<std::byte> part) -> Result<size_t> {
    const size_t size = std::min(part.size(), bytes.size() - at);
    std::memcpy(part.data(), bytes.data() + at, size);
    at += size;
    return size;
  });
  CopiedTrace copy;
  if (!reader) return copy;
  copy.info = reader->info();
  for (auto records = reader->next(); !records.empty(); records = reader->next()) {
    copy.records.insert(copy.records.end(), records.begin(), records.end());
  }
  copy.end = reader->progress().end;
  return copy;
}

CopiedTrace copy_of(std::span<const Record> records, const TraceWindow& window = {},
                    const TextFilter& filter = as_it_is) {
  TraceExcerpt excerpt(test::shown_info(), window, filter);
  excerpt.take(records);
  return read_back(excerpt.finish());
}

std::vector<Record> records_of(std::initializer_list<std::string_view> lines) {
  std::vector<Record> records;
  for (const std::string_view line : lines) {
    for (const Record& part : to_text_records(line, kSecond)) records.push_back(part);
  }
  return records;
}

bool are_equal(std::span<const Record> left, std::span<const Record> right) {
  return left.size() == right.size() &&
         std::memcmp(left.data(), right.data(), left.size_bytes()) == 0;
}

TEST(TraceExcerpt, WholeCopyWithoutFilterHasTheSameRecords) {
  const std::vector<Record> run = test::shown_run();
  const CopiedTrace copy = copy_of(run);
  EXPECT_EQ(copy.end, TraceEnd::kClean);
  EXPECT_EQ(copy.info, test::shown_info());
  EXPECT_TRUE(are_equal(copy.records, run));
}

TEST(TraceExcerpt, MoreRecordsThanAChunkHoldsAreAllThere) {
  const std::vector<Record> run = test::sample_blocks(3 * kChunkRecords + 1);
  EXPECT_TRUE(are_equal(copy_of(run).records, run));
}

TEST(TraceExcerpt, NameIsNowhereInTheCopy) {
  const auto filter = [](std::string_view text) {
    std::string clean(text);
    for (size_t at = clean.find("ann"); at != std::string::npos; at = clean.find("ann")) {
      clean.replace(at, 3, "(name)");
    }
    return clean;
  };
  const CopiedTrace copy = copy_of(test::shown_run("/home/ann/lib/libfoo.so", "ann"), {}, filter);
  const SessionFacts facts = test::facts_of(copy.info, copy.records);
  EXPECT_EQ(facts.audio_thread, "(name)");
  for (const Record& record : copy.records) {
    const std::string_view bytes(reinterpret_cast<const char*>(&record), sizeof record);
    EXPECT_EQ(bytes.find("ann"), std::string_view::npos);
  }
}

TEST(TraceExcerpt, FirstWordOfALineIsNoName) {
  const auto filter = [](std::string_view text) {
    return text.starts_with("map") ? std::string("gone") : std::string(text);
  };
  const std::vector<Record> run = test::shown_run();
  EXPECT_TRUE(are_equal(copy_of(run, {}, filter).records, run));
}

TEST(TraceExcerpt, NameThatIsAWordOfTheTraceChangesNoVerdict) {
  const auto filter = [](std::string_view text) {
    std::string clean(text);
    for (const std::string_view name : {"[stack]", "r-xp", "text", "rw-p"}) {
      const size_t at = clean.find(name);
      if (at != std::string::npos) clean.replace(at, name.size(), "(name)");
    }
    return clean;
  };
  const std::vector<Record> lines = records_of(
      {"maps 7", "map 1000 2000 r-xp 0 - /usr/a", "map 3000 4000 rw-p 0 - [stack]",
       "symbol 1000 text main+0", "thread 7 audio", "stack 7 3000 4000", "tls 7 3000 3100"});
  EXPECT_TRUE(are_equal(copy_of(lines, {}, filter).records, lines));
}

TEST(TraceExcerpt, PathIsFilteredAsOneWhateverItsFoldersAreCalled) {
  const auto filter = [](std::string_view text) {
    const size_t comma = text.find(',');
    return std::string(text.starts_with('/') ? text.substr(text.substr(0, comma).rfind('/'))
                                             : text);
  };
  EXPECT_TRUE(are_equal(
      copy_of(records_of({"map 1000 2000 r-xp 0 - /home/Firm, Inc/a.so"}), {}, filter).records,
      records_of({"map 1000 2000 r-xp 0 - /a.so"})));
}

TEST(TraceExcerpt, GlitchInTheWindowIsJudgedAsInTheWhole) {
  const std::vector<Record> run = test::shown_run();
  const SessionFacts whole = test::facts_of(test::shown_info(), run);
  const CopiedTrace copy = copy_of(run, {Nanos(1'080'000'000), Nanos(1'120'000'000)});
  EXPECT_LT(copy.records.size(), run.size() / 2);
  const SessionFacts part = test::facts_of(copy.info, copy.records);
  ASSERT_EQ(whole.glitches.size(), 1U);
  ASSERT_EQ(part.glitches.size(), 1U);
  EXPECT_EQ(part.glitches[0].gap.due, whole.glitches[0].gap.due);
  EXPECT_EQ(part.glitches[0].gap.woke, whole.glitches[0].gap.woke);
  EXPECT_EQ(part.glitches[0].gap.missing, whole.glitches[0].gap.missing);
  EXPECT_EQ(part.summary.causes, whole.summary.causes);
  EXPECT_EQ(part.audio_thread, whole.audio_thread);
  EXPECT_LE(part.end, Nanos(1'120'000'000));
}

TEST(TraceExcerpt, FactsOutsideAreLeftOutButThoseThatReachIn) {
  const std::vector<Record> facts = {test::fault(1'000, 3'000), test::fault(4'000, 5'000),
                                     test::fault(9'000, 9'500)};
  const CopiedTrace copy = copy_of(facts, {Nanos(2'000'000), Nanos(6'000'000)});
  EXPECT_TRUE(are_equal(copy.records, std::span(facts).first(2)));
}

TEST(TraceExcerpt, WindowsThatTouchAreOne) {
  const auto windows = windows_around({Nanos(100), Nanos(20), Nanos(25)}, Nanos(10));
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows[0].begin, Nanos(10));
  EXPECT_EQ(windows[0].end, Nanos(35));
  EXPECT_EQ(windows[1].begin, Nanos(90));
}

TEST(TraceExcerpt, EveryTextOfTheDescriptionIsFiltered) {
  SessionInfo info = test::shown_info();
  info.sound_system = "s";
  info.followed = {{"jackd (12)", true, Observation::kNone, 3}};
  info.limitations = {"l"};
  const SessionInfo clean = filtered(info, [](std::string_view) { return std::string("x"); });
  for (const std::string& text : {clean.program, clean.device, clean.sound_system, clean.machine,
                                  clean.scheduling, clean.followed[0].name, clean.limitations[0]}) {
    EXPECT_EQ(text, "x");
  }
}

}  // namespace
}  // namespace holdfast
