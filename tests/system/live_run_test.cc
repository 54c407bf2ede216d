// SPDX-License-Identifier: MIT
// A live run from device to records, with the virtual device and with one that misbehaves; and law
// 3, replay equals live, through a real trace file.
#include "session/live_run.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "audio/virtual_device.h"
#include "core/judge.h"
#include "report/glitch_text.h"
#include "session/trace_file.h"

namespace holdfast::session {
namespace {

LiveRun::Options options_for(Frames limit, size_t ring_records = 16384) {
  LiveRun::Options options;
  options.format = {48000, 16, 1};
  options.limit = limit;
  options.ring_records = ring_records;
  return options;
}

SessionInfo info() {
  SessionInfo result;
  result.rate_hz = 48000;
  result.block_frames = 16;
  return result;
}

/// All that a judge says, as `count` prints it.
class Transcript {
 public:
  Transcript()
      : judge_(info(), [this](const Glitch& glitch) { text_ += glitch_json(glitch) + "\n"; }) {}

  void take(std::span<const Record> records) { judge_.take(records); }
  std::string finish() {
    judge_.finish();
    return text_ + summary_json(judge_.summary(), info());
  }
  [[nodiscard]] const Summary& summary() const { return judge_.summary(); }

 private:
  std::string text_;
  Judge judge_;
};

TEST(LiveRun, ReplayOfTheTraceEqualsTheLiveVerdictsToTheByte) {
  std::string folder = ::testing::TempDir() + "holdfast-live-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/take.hft";
  audio::VirtualDevice source(*audio::parse_virtual_options(
      ":clock=fake,jitter=40us,lose=1@1s,lose=77@2s,stall=9ms@3s,twin@4s,silent@5s,torn@6s,"
      "restart@7s,lose=480000@8s,stall=2ms@30s"));
  LiveRun run(source);
  ASSERT_TRUE(run.open(options_for(Frames(48000 * 60))).ok());
  Result<TraceFile> trace = TraceFile::create(path, info());
  ASSERT_TRUE(trace.ok());
  Transcript live;
  const Result<EndReason> ended = run.run(
      [&](std::span<const Record> records) {
        live.take(records);
        return trace->add(records);
      },
      [](int) { return false; });
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(*ended, EndReason::kFinished);
  ASSERT_TRUE(trace->close().ok());

  Result<TraceReader> reader = open_trace(path);
  ASSERT_TRUE(reader.ok());
  Transcript replay;
  for (auto records = reader->next(); !records.empty(); records = reader->next()) {
    replay.take(records);
  }
  EXPECT_EQ(replay.finish(), live.finish());
  EXPECT_EQ(live.summary().glitches, 7);
  EXPECT_EQ(reader->progress().end, TraceEnd::kClean);
  std::filesystem::remove_all(folder);
}

TEST(LiveRun, RealClockRunEndsAtItsLimitAndCountsItsOwnFaults) {
  audio::VirtualDevice source(audio::VirtualOptions{});
  LiveRun run(source);
  ASSERT_TRUE(run.open(options_for(Frames(4800))).ok());
  Transcript transcript;
  const Result<EndReason> ended = run.run(
      [&](std::span<const Record> records) {
        transcript.take(records);
        return Result<>(Done{});
      },
      [](int) { return false; });
  ASSERT_TRUE(ended.ok());
  transcript.finish();
  const Summary& summary = transcript.summary();
  EXPECT_GE(summary.totals.elapsed, Frames(4800));
  EXPECT_EQ(summary.totals.elapsed, summary.totals.received + summary.totals.missing);
  EXPECT_TRUE(summary.own_major_faults.has_value());
  EXPECT_EQ(summary.end_reason, static_cast<int64_t>(EndReason::kFinished));
}

TEST(LiveRun, RingThatOverflowsIsToldAndFramesStillAddUp) {
  // The consumer looks only when the run has ended: whatever does not fit was dropped.
  audio::VirtualDevice source(audio::VirtualOptions{});
  LiveRun run(source);
  ASSERT_TRUE(run.open(options_for(Frames(16 * 600), 128)).ok());
  Transcript transcript;
  const auto wait = [&](int) {
    while (source.state() == audio::DeviceState::kRunning) {
    }
    return false;
  };
  const Result<EndReason> ended = run.run(
      [&](std::span<const Record> records) {
        transcript.take(records);
        return Result<>(Done{});
      },
      wait);
  ASSERT_TRUE(ended.ok());
  transcript.finish();
  const Summary& summary = transcript.summary();
  EXPECT_GT(summary.dropped_records, 0);
  EXPECT_FALSE(summary.is_trustworthy());
  EXPECT_GE(summary.totals.elapsed, Frames(16 * 600));
  EXPECT_EQ(summary.totals.elapsed, summary.totals.received + summary.totals.missing);
}

TEST(LiveRun, SinkThatFailsEndsTheRunWithItsError) {
  for (const char* script : {":clock=fake", ""}) {
    audio::VirtualDevice source(*audio::parse_virtual_options(script));
    LiveRun run(source);
    ASSERT_TRUE(run.open(options_for(Frames(0))).ok());
    int64_t calls = 0;
    const Result<EndReason> ended = run.run(
        [&](std::span<const Record>) -> Result<> {
          if (++calls < 4) return Done{};
          return Error{ErrorKind::kSystem, 0, "disk full"};
        },
        [](int) { return false; });
    ASSERT_FALSE(ended.ok()) << script;
    EXPECT_EQ(ended.error().what, "disk full");
  }
}

TEST(LiveRun, DeviceThatGoesAwayEndsTheRun) {
  audio::VirtualDevice source(*audio::parse_virtual_options(":clock=fake,gone@1s"));
  LiveRun run(source);
  ASSERT_TRUE(run.open(options_for(Frames(0))).ok());
  const Result<EndReason> ended =
      run.run([](std::span<const Record>) { return Result<>(Done{}); }, [](int) { return false; });
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(*ended, EndReason::kDeviceGone);
}

TEST(LiveRun, StopWorksInSimulatedTimeToo) {
  audio::VirtualDevice source(*audio::parse_virtual_options(":clock=fake"));
  LiveRun run(source);
  ASSERT_TRUE(run.open(options_for(Frames(0))).ok());
  int waits = 0;
  const Result<EndReason> ended = run.run([](std::span<const Record>) { return Result<>(Done{}); },
                                          [&](int) { return ++waits > 10; });
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(*ended, EndReason::kInterrupted);
}

TEST(LiveRun, ImpossibleFormatsAreRefusedByName) {
  for (const audio::StreamFormat format :
       {audio::StreamFormat{0, 16, 1}, audio::StreamFormat{48000, 0, 1},
        audio::StreamFormat{48000, 16, 0}, audio::StreamFormat{48000, 100'000, 1},
        audio::StreamFormat{1'000'000, 16, 1}, audio::StreamFormat{48000, 16, 65}}) {
    audio::VirtualDevice source(audio::VirtualOptions{});
    LiveRun run(source);
    LiveRun::Options options = options_for(Frames(0));
    options.format = format;
    const auto opened = run.open(options);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().kind, ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace holdfast::session
