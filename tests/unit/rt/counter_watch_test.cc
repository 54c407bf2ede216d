// SPDX-License-Identifier: MIT
// A server with a counter, as jack2's with its dummy driver: when it is late by more than a period,
// it runs one cycle at once and goes on from there, and the time in between is lost without a
// trace.
#include "rt/counter_watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace holdfast {
namespace {

constexpr int64_t kServerRateHz = 48000;
using Verdict = CounterWatch::Verdict;

class Server {
 public:
  explicit Server(int64_t frames, uint64_t seed = 1) : block_(frames), random_(seed) {}

  /// Runs so many blocks; the last loss that was found stands in found() after.
  void run(int64_t blocks) {
    for (int64_t i = 0; i < blocks; i++) deliver(wake_late());
  }
  /// The server stands still for so long; returns what is lost, in frames.
  double stop(Nanos length) {
    const Nanos period = duration_of(block_, kServerRateHz);
    const Nanos lost = length > period ? length - period : Nanos(0);
    time_ += length;
    deliver(wake_late());  // the late cycle ...
    time_ -= length;
    time_ += lost;
    deliver(kMicrosecond * 20 + wake_late());  // ... the next one right after it
    return static_cast<double>(lost.count) * kServerRateHz / 1e9;
  }
  /// Our own thread is late, once; the counter jumps.
  void client_late(Nanos length) {
    deliver(length);
    skip(frames_in(length, kServerRateHz).count / block_.count);
  }
  void skip(int64_t blocks) {
    position_ += block_ * blocks;
    time_ += duration_of(block_ * blocks, kServerRateHz);
  }
  /// The label is read after the counter has moved on.
  void late_label() {
    position_ += block_;
    deliver(wake_late());
    position_ -= block_;
  }
  /// PipeWire: everything that was due is delivered back to back, and nothing is lost.
  void burst(Nanos length) {
    const int64_t blocks = length.count / duration_of(block_, kServerRateHz).count;
    for (int64_t i = 0; i < blocks; i++) {
      deliver(length - duration_of(block_ * i, kServerRateHz) + kMicrosecond * 25 * i);
    }
  }
  void deliver(Nanos late) {
    Block block;
    block.position = position_;
    block.frames = block_;
    block.woke = time_ + late;
    take(watch.take(block));
    position_ += block_;
    time_ += Nanos(static_cast<int64_t>(
        static_cast<double>(duration_of(block_, kServerRateHz).count) * (1 + drift_ppm / 1e6)));
  }
  void take(Verdict verdict) {
    if (verdict == Verdict::kSuspicion) suspicions++;
    if (verdict == Verdict::kLoss) losses++;
  }
  Nanos wake_late() { return Nanos(static_cast<int64_t>(wake_ns_(random_))) + kMicrosecond * 15; }

  CounterWatch watch{kServerRateHz};
  int64_t suspicions = 0;
  int64_t losses = 0;
  double drift_ppm = 0;

 private:
  Frames block_;
  Frames position_{1000};
  Nanos time_{kSecond};
  std::mt19937_64 random_;
  std::exponential_distribution<double> wake_ns_{1.0 / 15'000};
};

TEST(CounterWatch, QuietBlocksSayNothing) {
  for (const int64_t frames : {16, 64, 256, 1024}) {
    Server server(frames);
    server.run(100'000);
    EXPECT_EQ(server.losses, 0) << frames;
  }
}

TEST(CounterWatch, ALateServerIsFoundWithinItsBound) {
  int64_t outside = 0;
  int64_t events = 0;
  double worst_bound = 0;
  for (const int64_t frames : {16, 64, 256, 1024}) {
    Server server(frames, static_cast<uint64_t>(frames));
    server.run(200);
    for (int64_t i = 0; i < 200; i++) {
      const int64_t before = server.losses;
      const double lost =
          server.stop(duration_of(Frames(frames), kServerRateHz) + kMillisecond * (1 + i));
      server.run(80);
      ASSERT_EQ(server.losses, before + 1) << frames << " frames, event " << i;
      const double error = std::abs(static_cast<double>(server.watch.lost().count) - lost);
      const auto bound = static_cast<double>(server.watch.error().count);
      worst_bound = std::max(worst_bound, bound / static_cast<double>(frames));
      outside += error > bound ? 1 : 0;
      events++;
    }
  }
  EXPECT_EQ(outside, 0) << "of " << events;
  EXPECT_LE(worst_bound, 1.0);
}

TEST(CounterWatch, TheClocksMayDriftApart) {
  for (const double ppm : {-400.0, -50.0, 50.0, 400.0}) {
    Server server(64);
    server.drift_ppm = ppm;
    server.run(50'000);
    EXPECT_EQ(server.losses, 0) << ppm;
    const double lost = server.stop(kMillisecond * 10);
    server.run(80);
    ASSERT_EQ(server.losses, 1) << ppm;
    EXPECT_NEAR(static_cast<double>(server.watch.lost().count), lost,
                static_cast<double>(server.watch.error().count))
        << ppm;
  }
}

TEST(CounterWatch, ALateClientIsSuspectedAndCleared) {
  for (const int64_t frames : {16, 64, 256, 1024}) {
    Server server(frames);
    server.run(200);
    for (int64_t i = 0; i < 100; i++) {
      server.client_late(kMillisecond * (3 * i + 1));
      server.run(100);
    }
    EXPECT_EQ(server.losses, 0) << frames;
    EXPECT_GE(server.suspicions, 90) << frames;
  }
}

TEST(CounterWatch, AServerThatCatchesUpLosesNothing) {
  for (const int64_t frames : {16, 64, 256}) {
    Server server(frames);
    server.run(200);
    for (int64_t i = 1; i < 40; i++) {
      server.burst(kMillisecond * 10 * i);
      server.run(300);
    }
    EXPECT_EQ(server.losses, 0) << frames;
  }
}

TEST(CounterWatch, LabelsThatWereReadTooLateAreNoBeat) {
  Server server(16);
  server.run(200);
  for (int64_t chain = 1; chain < 40; chain++) {
    for (int64_t i = 0; i < chain; i++) server.late_label();
    server.run(200);
  }
  EXPECT_EQ(server.losses, 0);
}

TEST(CounterWatch, LabelsThatAreLateRightAfterALossDoNotHideIt) {
  Server server(16);
  server.run(200);
  const double lost = server.stop(kMillisecond * 10);
  for (int64_t i = 0; i < 30; i++) server.late_label();
  server.run(150);
  ASSERT_EQ(server.losses, 1);
  EXPECT_NEAR(static_cast<double>(server.watch.lost().count), lost,
              static_cast<double>(server.watch.error().count));
}

TEST(CounterWatch, ALossBeforeTheBeatIsKnownIsNotGuessed) {
  Server server(64);
  server.run(10);
  server.stop(kMillisecond * 10);
  server.run(200);
  EXPECT_EQ(server.losses, 0);
}

TEST(CounterWatch, TheEndOfAStreamCutsTheWaitShort) {
  for (const int64_t blocks : {20, 40, 60}) {
    Server server(64);
    server.run(200);
    const double lost = server.stop(kMillisecond * 10);
    server.run(blocks);
    ASSERT_EQ(server.losses, 0);
    ASSERT_EQ(server.watch.finish(), Verdict::kLoss) << blocks;
    EXPECT_NEAR(static_cast<double>(server.watch.lost().count), lost,
                static_cast<double>(server.watch.error().count));
  }
}

TEST(CounterWatch, AFewLateBlocksAtTheEndAreNoLoss) {
  Server server(64);
  server.run(200);
  server.stop(kMillisecond * 10);
  server.run(5);
  EXPECT_EQ(server.watch.finish(), Verdict::kNothing);
}

TEST(CounterWatch, ARestartForgetsTheOldBeat) {
  Server server(64);
  server.run(200);
  server.watch.restart();
  server.stop(kSecond);
  server.run(200);
  EXPECT_EQ(server.losses, 0);
}

}  // namespace
}  // namespace holdfast
