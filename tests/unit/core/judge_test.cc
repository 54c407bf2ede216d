// SPDX-License-Identifier: MIT
// The laws that the judge keeps: frames add up, time adds up, replay equals live.
#include "core/judge.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "core/address_lines.h"
#include "tests/support/block_builder.h"
#include "tests/support/fact_builder.h"

namespace holdfast {
namespace {

using test::block_at;
using test::kRateHz;

SessionInfo info() {
  SessionInfo result;
  result.rate_hz = kRateHz;
  result.block_frames = 16;
  result.utc_minus_mono_ns = 1'700'000'000'000'000'000;
  result.observation = Observation::kAllEvents;
  result.observed_thread = test::kThread;
  return result;
}

/// Everything a judge says, in comparable form.
struct Verdicts {
  std::vector<Glitch> glitches;
  Summary summary;
};

Verdicts judge(const std::vector<Record>& records, size_t at_a_time) {
  Verdicts verdicts;
  Judge judge(info(), [&](const Glitch& glitch) { verdicts.glitches.push_back(glitch); });
  for (size_t i = 0; i < records.size(); i += at_a_time) {
    judge.take({records.data() + i, std::min(at_a_time, records.size() - i)});
  }
  judge.finish();
  verdicts.summary = judge.summary();
  return verdicts;
}

/// Something that happened to the thread around `time`.
Record random_fact(std::mt19937_64& random, Nanos time) {
  const int64_t begin = time.count / test::kMicro - static_cast<int64_t>(random() % 400);
  const int64_t end = begin + static_cast<int64_t>(random() % 400);
  switch (random() % 5) {
    case 0:
      return test::fault(begin, end, static_cast<uint16_t>(random() % 2), random() % 0x5000);
    case 1:
      return test::off_cpu(begin, end, static_cast<uint16_t>(random() % 2), 99);
    case 2:
      return test::pause(begin, end, static_cast<uint16_t>(random() % 4));
    case 3:
      return test::thread_use(end, static_cast<int64_t>(random() % 999), end / 10);
    default:
      return to_text_records(thread_line(99, "hog"), time).front();
  }
}

/// A run with gaps, twins, restarts, dropped stretches and other records in between.
std::vector<Record> random_run(uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Record> records;
  int64_t position = 1000;
  Block block = block_at(position);
  for (int i = 0; i < 3000; i++) {
    records.push_back(record_cast<Record>(to_record(block)));
    if (random() % 4 == 0) records.push_back(random_fact(random, block.woke));
    const uint64_t chance = random() % 64;
    position += chance == 0 ? static_cast<int64_t>(random() % 5000) : 16;
    if (chance == 1) position -= 16;
    block = block_at(position, 16, random());
    block.woke += Nanos(static_cast<int64_t>(random() % 1'000'000));
    if (chance == 2) {
      ClockRecord clock;
      clock.head.kind = RecordKind::kClock;
      clock.utc_minus_mono_ns = static_cast<int64_t>(random() % 1'000'000'000'000);
      records.push_back(record_cast<Record>(clock));
    }
    if (chance == 3) {
      DroppedRecord dropped;
      dropped.head.kind = RecordKind::kDropped;
      dropped.blocks = 10;
      dropped.received_frames = 160;
      dropped.missing_frames = 48;
      dropped.gaps = 2;
      position += 208;
      dropped.device_front_frames = position;
      dropped.last_due_ns = duration_of(Frames(position), kRateHz).count;
      records.push_back(record_cast<Record>(dropped));
      block = block_at(position, 16, random());
    }
  }
  return records;
}

TEST(JudgeLaws, FramesAddUp) {
  for (uint64_t seed = 1; seed <= 50; seed++) {
    const Verdicts verdicts = judge(random_run(seed), 4096);
    const Totals& totals = verdicts.summary.totals;
    EXPECT_EQ(totals.elapsed, totals.received + totals.missing);
    EXPECT_EQ(verdicts.summary.glitches,
              static_cast<int64_t>(verdicts.glitches.size()) + verdicts.summary.unlisted_glitches);
  }
}

TEST(JudgeLaws, TimeAddsUpToTheNanosecond) {
  for (uint64_t seed = 1; seed <= 50; seed++) {
    for (const Glitch& glitch : judge(random_run(seed), 4096).glitches) {
      Nanos sum;
      for (const BudgetPart& part : glitch.budget) sum += part.time;
      EXPECT_EQ(sum, lateness(glitch.gap));
    }
  }
}

TEST(JudgeLaws, VerdictsDoNotDependOnHowRecordsWereCutIntoPieces) {
  for (uint64_t seed = 1; seed <= 20; seed++) {
    const std::vector<Record> records = random_run(seed);
    const Verdicts whole = judge(records, records.size());
    for (const size_t piece : {1U, 7U, 4096U}) {
      const Verdicts pieces = judge(records, piece);
      ASSERT_EQ(pieces.glitches.size(), whole.glitches.size());
      for (size_t i = 0; i < whole.glitches.size(); i++) {
        EXPECT_EQ(pieces.glitches[i].index, whole.glitches[i].index);
        EXPECT_EQ(pieces.glitches[i].utc, whole.glitches[i].utc);
        EXPECT_EQ(pieces.glitches[i].gap.position, whole.glitches[i].gap.position);
        EXPECT_EQ(pieces.glitches[i].gap.missing, whole.glitches[i].gap.missing);
        EXPECT_EQ(pieces.glitches[i].budget, whole.glitches[i].budget);
      }
      EXPECT_EQ(pieces.summary.totals, whole.summary.totals);
      EXPECT_EQ(pieces.summary.lateness, whole.summary.lateness);
    }
  }
}

TEST(Judge, MemoryIsNeverBlamedWithoutAFaultRecord) {
  for (const Glitch& glitch : judge(random_run(3), 4096).glitches) {
    EXPECT_NE(glitch.cause, CauseKind::kPageFault);
  }
}

TEST(Judge, GlitchesLessThanASecondApartAreOneEpisode) {
  std::vector<Record> records;
  for (const int64_t start : {0, 1000, 20'000, 100'000}) {  // 21 ms, 0.4 s and 1.7 s apart
    for (int64_t i = 0; i < 10; i++)
      records.push_back(record_cast<Record>(to_record(block_at(start + 16 * i))));
  }
  const Verdicts verdicts = judge(records, 4096);
  EXPECT_EQ(verdicts.summary.glitches, 3);
  EXPECT_EQ(verdicts.summary.episodes, 1);
  records.clear();
  for (const int64_t start : {0, 1000, 100'000}) {
    for (int64_t i = 0; i < 5; i++)
      records.push_back(record_cast<Record>(to_record(block_at(start + 16 * i))));
    for (int64_t i = 0; i < 6000; i++) {
      records.push_back(record_cast<Record>(to_record(block_at(start + 500 + 16 * i))));
    }
  }
  EXPECT_EQ(judge(records, 4096).summary.episodes, 2);
}

TEST(Judge, UtcFollowsTheClockRecords) {
  std::vector<Record> records = {record_cast<Record>(to_record(block_at(0)))};
  ClockRecord clock;
  clock.head.kind = RecordKind::kClock;
  clock.utc_minus_mono_ns = 5;
  records.push_back(record_cast<Record>(clock));
  records.push_back(record_cast<Record>(to_record(block_at(100))));
  const Verdicts verdicts = judge(records, 4096);
  ASSERT_EQ(verdicts.glitches.size(), 1U);
  EXPECT_EQ(verdicts.glitches[0].utc, verdicts.glitches[0].gap.due + Nanos(5));
}

TEST(Judge, AbsurdRecordsAreNotCountedAndDistrusted) {
  std::vector<Record> records = {record_cast<Record>(to_record(block_at(0)))};
  BlockRecord absurd = to_record(block_at(16));
  absurd.position_frames = INT64_MAX;
  records.push_back(record_cast<Record>(absurd));
  absurd = to_record(block_at(16));
  absurd.frames = 0;
  records.push_back(record_cast<Record>(absurd));
  DroppedRecord dropped;
  dropped.head.kind = RecordKind::kDropped;
  dropped.missing_frames = -5;
  records.push_back(record_cast<Record>(dropped));
  const Verdicts verdicts = judge(records, 4096);
  EXPECT_EQ(verdicts.summary.totals.elapsed, Frames(16));
  EXPECT_EQ(verdicts.summary.dropped_records, 3);
  EXPECT_FALSE(verdicts.summary.is_trustworthy());
}

TEST(Judge, DroppedStretchIsCountedAndDistrusted) {
  const Verdicts verdicts = judge(random_run(1), 4096);
  EXPECT_GT(verdicts.summary.dropped_records, 0);
  EXPECT_FALSE(verdicts.summary.is_trustworthy());
}

/// A server that was late by 10 ms, once, at block 200; `facts` come before that block.
std::vector<Record> run_of_a_late_server(const std::vector<Record>& facts) {
  std::vector<Record> records;
  Nanos behind;
  for (int64_t i = 0; i < 400; i++) {
    if (i == 200) {
      records.insert(records.end(), facts.begin(), facts.end());
      behind = kMillisecond * 10;
    }
    Block block = block_at(64 * i, 64);
    block.due = block.woke = block.due + behind;
    records.push_back(record_cast<Record>(to_record(block)));
  }
  return records;
}

std::vector<Glitch> glitches_of_server(const SessionInfo& run, const std::vector<Record>& records) {
  std::vector<Glitch> glitches;
  Judge judge(run, [&](const Glitch& glitch) { glitches.push_back(glitch); });
  judge.take(records);
  judge.finish();
  return glitches;
}

TEST(Judge, ALateServerIsTheCauseWhenNobodyLooksAtIt) {
  SessionInfo run = info();
  run.position_source = PositionSource::kServerCounter;
  const auto glitches = glitches_of_server(run, run_of_a_late_server({}));
  ASSERT_EQ(glitches.size(), 1U);
  EXPECT_EQ(glitches[0].gap.source, LossSource::kServer);
  EXPECT_EQ(glitches[0].cause, CauseKind::kServer);
  EXPECT_EQ(glitches[0].process, "");
}

TEST(Judge, ALateServerIsExplainedByItsOwnFacts) {
  SessionInfo run = info();
  run.position_source = PositionSource::kServerCounter;
  run.followed = {{"jackd (1234)", true, Observation::kAllEvents, 99}};
  // Block 200 was due at 268 ms and came 10 ms later.
  auto fault = record_cast<FaultRecord>(test::fault(268'500, 277'500));
  fault.thread = 99;
  const Record ours = test::fault(268'100, 278'000);
  const auto glitches =
      glitches_of_server(run, run_of_a_late_server({record_cast<Record>(fault), ours}));
  ASSERT_EQ(glitches.size(), 1U);
  EXPECT_EQ(glitches[0].cause, CauseKind::kPageFault);
  EXPECT_EQ(glitches[0].process, "jackd (1234)");
  EXPECT_EQ(glitches[0].budget.front().time, Nanos(9'000 * test::kMicro));
  EXPECT_EQ(glitches[0].is_memory, true);
}

}  // namespace
}  // namespace holdfast
