// SPDX-License-Identifier: MIT
#include "core/field_report_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "tests/support/block_builder.h"
#include "tests/support/fact_builder.h"
#include "tests/support/load_readings.h"

namespace holdfast {
namespace {

constexpr int64_t kBlockFrames = 480;  // 10 ms

SessionInfo reported_session() {
  SessionInfo info;
  info.program = "holdfast 0.1.0";
  info.device = "alsa:hw:USB,0";
  info.rate_hz = test::kRateHz;
  info.block_frames = kBlockFrames;
  info.channels = 2;
  info.machine = "Linux 6.1.0-28-amd64 x86_64, 16 processors, 15872 MiB";
  info.scheduling = "SCHED_FIFO 70";
  info.locked_bytes = 4312 << 10;
  info.lock_limit_bytes = 8 << 20;
  info.swap_bytes = int64_t{8} << 30;
  info.utc_minus_mono_ns = 1'707'840'000 * kSecond.count;  // 2024-02-13, 16 h
  info.observation = Observation::kAllEvents;
  info.observed_thread = test::kThread;
  return info;
}

/// A session of which each second is given as processor and memory use in percent.
class RecordedSession {
 public:
  explicit RecordedSession(const std::vector<std::pair<int, int>>& loads) : loads_(loads) {}

  /// Frames from `position` on never came.
  void lose(int64_t position, int64_t frames) { losses_[position] = frames; }
  void add(const Record& record) { others_.push_back(record); }

  [[nodiscard]] std::vector<Record> records() const {
    std::vector<Record> records = others_;
    add_load(records);
    for (int64_t at = 0; at < std::ssize(loads_) * test::kRateHz;) {
      const auto loss = losses_.find(at);
      if (loss != losses_.end()) at += loss->second;
      Block block = test::block_at(at, kBlockFrames);
      records.push_back(record_cast<Record>(to_record(block)));
      at += kBlockFrames;
    }
    std::stable_sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
      return a.head.mono_ns < b.head.mono_ns;
    });
    return records;
  }

 private:
  void add_load(std::vector<Record>& records) const {
    Nanos busy;
    const int64_t all = (int64_t{15872} << 20) / 100;
    for (int64_t tenth = 0; tenth <= std::ssize(loads_) * 10; ++tenth) {
      const Nanos at = kMillisecond * (100 * tenth);
      const auto second = static_cast<size_t>(std::min(tenth / 10, std::ssize(loads_) - 1));
      ProcessorsRecord processors = test::processors_used(at, busy);
      MemoryRecord memory = test::memory_used(at, 0);
      memory.available_bytes = (100 - loads_[second].second) * all;
      memory.swapped_out_bytes = tenth * 4096;
      records.push_back(record_cast<Record>(processors));
      records.push_back(record_cast<Record>(memory));
      busy += kMillisecond * (2 * loads_[second].first);
    }
  }

  std::vector<std::pair<int, int>> loads_;
  std::map<int64_t, int64_t> losses_;
  std::vector<Record> others_;
};

FieldReport built(const RecordedSession& session) {
  FieldReportBuilder builder(reported_session());
  builder.take(session.records());
  Result<FieldReport> report = builder.finish();
  EXPECT_TRUE(report.ok());
  return report ? *report : FieldReport();
}

TEST(FieldReportBuilder, SaysWhatKindOfMachineAndSessionItWas) {
  const FieldReport report = built(RecordedSession({{20, 60}, {20, 60}}));
  EXPECT_EQ(report.session.start_hour, 474'400);
  EXPECT_EQ(report.session.duration_ms, 2000);
  EXPECT_EQ(report.session.end, "crash") << "no end record";
  EXPECT_EQ(report.system.os, "linux");
  EXPECT_EQ(report.system.os_version, "6.1.0-28-amd64");
  EXPECT_EQ(report.system.cpus, 16);
  EXPECT_EQ(report.system.ram_mib, 15872);
  EXPECT_EQ(report.system.swap_mib, 8192);
  EXPECT_EQ(report.audio.backend, "alsa");
  EXPECT_EQ(report.audio.device_class, "usb");
  EXPECT_EQ(report.audio.rt_policy, "fifo");
  EXPECT_EQ(report.audio.rt_priority, 70);
  EXPECT_EQ(report.protection.arm, "parts");
  EXPECT_EQ(report.protection.locked_kib, 4312);
  EXPECT_EQ(report.protection.memlock_limit_kib, 8192);
  EXPECT_EQ(report.exposure.callbacks, 200);
  EXPECT_EQ(report.exposure.frames_expected, 96'000);
  EXPECT_EQ(report.exposure.glitches, 0);
  EXPECT_EQ(report.faults.swap_out_pages, 20);
}

TEST(FieldReportBuilder, EverySecondIsInTheCellOfItsLoad) {
  RecordedSession session({{25, 65}, {25, 65}, {85, 95}, {25, 65}});
  session.lose(2 * test::kRateHz + 4800, 384);
  const FieldReport report = built(session);
  ASSERT_EQ(report.cells.size(), 2U);
  EXPECT_EQ(report.cells[0], (ExposureCell{2, 6, 3, 0}));
  EXPECT_EQ(report.cells[1], (ExposureCell{8, 9, 1, 1}));
  EXPECT_EQ(report.exposure.frames_lost, 384);
  EXPECT_EQ(report.exposure.gap_us_max, 8000);
}

TEST(FieldReportBuilder, AGlitchHasItsTimeAndTheLoadAroundIt) {
  RecordedSession session({{10, 50}, {20, 50}, {80, 50}, {30, 50}});
  session.lose(2 * test::kRateHz + 4800, 480);
  const FieldReport report = built(session);
  ASSERT_EQ(report.glitches.size(), 1U);
  EXPECT_NEAR(static_cast<double>(report.glitches[0].t_ms), 2100, 20);
  EXPECT_EQ(report.glitches[0].history.before, 2);
  EXPECT_EQ(report.glitches[0].history.cpu, (std::vector<int>{10, 20, 80, 30}));
  EXPECT_EQ(report.glitches[0].history.mem, (std::vector<int>{50, 50, 50, 50}));
}

TEST(FieldReportBuilder, TheHistoryIsTheSameWindowForEveryGlitch) {
  RecordedSession session(std::vector<std::pair<int, int>>(60, {50, 50}));
  session.lose(40 * test::kRateHz, 480);
  const FieldReport report = built(session);
  ASSERT_EQ(report.glitches.size(), 1U);
  EXPECT_EQ(report.glitches[0].history.before, kHistoryBefore);
  EXPECT_EQ(std::ssize(report.glitches[0].history.cpu), kHistoryBefore + 1 + kHistoryAfter);
}

TEST(FieldReportBuilder, TheSumsOfTheSchemaHoldForRandomSessions) {
  std::mt19937_64 random(3);
  for (int run = 0; run < 20; ++run) {
    std::vector<std::pair<int, int>> loads;
    for (uint64_t i = 0; i < 5 + random() % 60; ++i) {
      loads.emplace_back(random() % 101, random() % 101);
    }
    RecordedSession session(loads);
    for (int i = 0; i < 80; ++i) {
      const auto blocks = static_cast<int64_t>(random() % (loads.size() * 100 - 1));
      session.lose((blocks + 1) * kBlockFrames, kBlockFrames);
    }
    const FieldReport report = built(session);
    int64_t seconds = 0;
    int64_t glitches = 0;
    for (const ExposureCell& cell : report.cells) {
      seconds += cell.seconds;
      glitches += cell.glitches;
    }
    EXPECT_LE(report.cells.size(), 100U);
    EXPECT_NEAR(static_cast<double>(seconds),
                static_cast<double>(report.session.duration_ms) / 1000, 1);
    EXPECT_EQ(glitches, report.exposure.glitches);
    EXPECT_EQ(report.glitches_dropped + std::ssize(report.glitches), glitches);
    EXPECT_LE(report.glitches.size(), kMostFieldGlitches);
    EXPECT_LE(std::accumulate(report.glitches.begin(), report.glitches.end(), int64_t{0},
                              [](int64_t sum, const FieldGlitch& g) { return sum + g.frames; }),
              report.exposure.frames_lost);
    EXPECT_LE(report.exposure.gap_us_max, report.exposure.gap_us_sum);
  }
}

TEST(FieldReportBuilder, AMachineThatWasSuspendedWasNotExposed) {
  RecordedSession session(std::vector<std::pair<int, int>>(10, {50, 50}));
  session.add(test::pause(2'500'000, 6'000'000));
  session.add(test::pause(7'000'000, 7'500'000));  // a stall, not a suspend
  const FieldReport report = built(session);
  EXPECT_EQ(report.session.duration_ms, 10'000);
  EXPECT_EQ(report.session.suspended_ms, 3'500);
  ASSERT_EQ(report.cells.size(), 1U);
  EXPECT_EQ(report.cells[0].seconds, 7);
}

TEST(FieldReportBuilder, WhatFoundNoRoomInTheRingIsCountedInItsSecond) {
  RecordedSession session(std::vector<std::pair<int, int>>(3, {50, 50}));
  std::vector<Record> records = session.records();
  DroppedRecord dropped;
  dropped.head = {RecordKind::kDropped, 0, 0, (kSecond * 3).count};
  dropped.blocks = 10;
  dropped.received_frames = 4800;
  dropped.missing_frames = 960;
  dropped.gaps = 2;
  dropped.device_front_frames = 3 * test::kRateHz + 5760;
  dropped.last_due_ns = (kSecond * 3).count;
  records.push_back(record_cast<Record>(dropped));
  FieldReportBuilder builder(reported_session());
  builder.take(records);
  const Result<FieldReport> report = builder.finish();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->exposure.glitches, 2);
  EXPECT_EQ(report->glitches_dropped, 2);
  EXPECT_EQ(report->cells[0].glitches, 2);
}

TEST(FieldReportBuilder, FaultsOfAThreadAreCountedFromItsFirstReading) {
  for (const int64_t before : {0, 7}) {
    RecordedSession session({{20, 60}, {20, 60}});
    for (int64_t tenth = 0; tenth <= 20; ++tenth) {
      ThreadUseRecord use;
      use.head.kind = RecordKind::kThreadUse;
      use.head.mono_ns = (kMillisecond * (100 * tenth)).count;
      use.thread = test::kThread;
      use.major = before + tenth;
      use.minor = before + 2 * tenth;
      session.add(record_cast<Record>(use));
    }
    const FieldReport report = built(session);
    EXPECT_EQ(report.faults.rt_major, 20) << before;
    EXPECT_EQ(report.faults.rt_minor, 40) << before;
  }
}

TEST(FieldReportBuilder, AReportIsAboutOneDayAtMost) {
  FieldReportBuilder builder(reported_session());
  for (const int64_t second : {0, 100, 86'399, 86'500, 90'000}) {
    const Nanos at = kSecond * (second + 1);
    Block block = test::block_at(second * test::kRateHz, test::kRateHz);
    const std::vector<Record> records = {record_cast<Record>(test::processors_used(at, Nanos(0))),
                                         record_cast<Record>(test::memory_used(at, 0)),
                                         record_cast<Record>(to_record(block))};
    builder.take(records);
  }
  EXPECT_TRUE(builder.is_cut());
  const Result<FieldReport> report = builder.finish();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->session.duration_ms, 86'400'000);
  EXPECT_EQ(report->session.end, "clean");
  EXPECT_EQ(report->exposure.callbacks, 3);
}

TEST(FieldReportBuilder, WithoutLoadOrBlocksThereIsNoReport) {
  FieldReportBuilder empty(reported_session());
  EXPECT_EQ(empty.finish().error().kind, ErrorKind::kBadData);
  FieldReportBuilder simulated(reported_session());
  simulated.take(std::vector<Record>{record_cast<Record>(to_record(test::block_at(0)))});
  EXPECT_EQ(simulated.finish().error().kind, ErrorKind::kBadData);
}

TEST(FieldReportBuilder, CraftedRecordsDoNoHarm) {
  std::mt19937_64 random(11);
  const std::vector<Record> good =
      RecordedSession(std::vector<std::pair<int, int>>(3, {50, 50})).records();
  for (int run = 0; run < 30; ++run) {
    std::vector<Record> records = good;
    for (int i = 0; i < 50; ++i) {
      Record& record = records[random() % records.size()];
      record.head.kind = static_cast<RecordKind>(1 + random() % 15);
      if (random() % 2 == 0) record.head.mono_ns = static_cast<int64_t>(random());
      for (int byte = 0; byte < 8; ++byte) {
        record.body[random() % sizeof record.body] = static_cast<unsigned char>(random());
      }
    }
    FieldReportBuilder builder(reported_session());
    builder.take(records);
    const Result<FieldReport> report = builder.finish();
    if (!report) continue;
    EXPECT_LE(report->session.duration_ms, 86'400'000);
    EXPECT_GE(report->exposure.gap_us_sum, 0);
  }
}

}  // namespace
}  // namespace holdfast
