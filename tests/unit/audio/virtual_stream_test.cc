// SPDX-License-Identifier: MIT
#include "audio/virtual_stream.h"

#include <gtest/gtest.h>

#include <vector>

namespace holdfast::audio {
namespace {

constexpr Nanos kStart{1'000'000'000'000};

struct Client {
  explicit Client(const std::string& text, StreamFormat stream_format = {48000, 16, 1})
      : options(*parse_virtual_options(":clock=fake" + text)),
        format(stream_format),
        stream(options, options.faults, format, kStart) {}

  /// The next block, for a client that is never late.
  Delivery next(Nanos late = Nanos(0)) {
    now = std::max(now, stream.next_wake()) + late;
    return stream.take(now);
  }

  VirtualOptions options;
  StreamFormat format;
  VirtualStream stream;
  Nanos now;
};

TEST(VirtualClock, PositionIsTheInverseOfTime) {
  for (const int64_t rate : {8000, 44100, 48000, 96000, 192000, 384000}) {
    for (const double ppm : {0.0, -300.0, 17.25}) {
      const VirtualClock clock(rate, ppm, kStart);
      for (const int64_t f : {0L, 1L, 2L, 44099L, 48001L, 172'800'000L, 4'294'967'296L, 1L << 44}) {
        const Nanos when = clock.when(Frames(f));
        EXPECT_EQ(clock.frames_at(when), Frames(f)) << rate << " " << ppm;
        EXPECT_EQ(clock.frames_at(when - Nanos(1)), Frames(std::max(f - 1, 0L)))
            << rate << " " << f;
      }
    }
  }
}

TEST(VirtualClock, OneHourIsOneHour) {
  const VirtualClock clock(48000, 0, kStart);
  EXPECT_EQ(clock.when(Frames(48000L * 3600)), kStart + kSecond * 3600);
}

TEST(VirtualClock, DriftOf100PpmIs360MillisecondsAnHour) {
  const VirtualClock clock(48000, 100, kStart);
  EXPECT_EQ(clock.frames_at(kStart + kSecond * 3600), Frames(48000L * 3600 + 17280));
}

TEST(VirtualStream, OnTimeClientLosesNothing) {
  Client client("");
  for (int64_t i = 0; i < 1000; i++) {
    const Delivery delivery = client.next();
    EXPECT_EQ(delivery.block.position, Frames(16 * i));
    EXPECT_EQ(delivery.block.due, client.now);
  }
}

TEST(VirtualStream, SkipJumpsToTheNewestWholeBlock) {
  Client client("");
  client.next();
  const Delivery late = client.next(kMillisecond * 10);  // 480 frames
  EXPECT_EQ(late.block.position, Frames(16 + 480));
  EXPECT_EQ(client.next().block.position, Frames(16 + 480 + 16));
}

TEST(VirtualStream, SkipToleratesOnePeriod) {
  Client client("");
  client.next();
  EXPECT_EQ(client.next(duration_of(Frames(16), 48000)).block.position, Frames(16));
}

TEST(VirtualStream, CatchupLosesOnlyWhatTheRingOverwrote) {
  Client client(",policy=catchup,ring=4");
  client.next();
  const Delivery late = client.next(kMillisecond * 10);
  EXPECT_EQ(late.block.position, Frames(16 + 432));  // 496 frames were there, the ring holds 64
  for (int64_t i = 1; i < 4; i++) {
    EXPECT_EQ(client.stream.take(client.now).block.position, Frames(16 + 432 + 16 * i));
  }
}

TEST(VirtualStream, RingDeeperThanTheStallLosesNothing) {
  Client client(",policy=catchup,ring=64");
  client.next();
  EXPECT_EQ(client.next(kMillisecond * 10).block.position, Frames(16));
}

TEST(VirtualStream, CopyThatTakesTooLongIsTorn) {
  Client client(",policy=catchup,ring=4");
  client.next();
  client.next(kMillisecond * 10);
  EXPECT_TRUE(client.stream.is_near_overwrite());
  EXPECT_FALSE(client.stream.was_overwritten(client.now));
  EXPECT_TRUE(client.stream.was_overwritten(client.now + kMillisecond));
}

TEST(VirtualStream, ScriptedLossMovesPositionAndTime) {
  Client client(",lose=187@1ms");
  for (int i = 0; i < 3; i++) client.next();
  const Nanos before = client.now;
  const Delivery delivery = client.next();
  EXPECT_EQ(delivery.block.position, Frames(48 + 187));
  EXPECT_EQ(delivery.block.source, LossSource::kDevice);
  EXPECT_EQ(delivery.true_position, Frames(48 + 187));
  EXPECT_NEAR(static_cast<double>((client.now - before).count),
              static_cast<double>(duration_of(Frames(187 + 16), 48000).count), 2);
}

TEST(VirtualStream, StallMovesTheWakeUpOnly) {
  Client client(",policy=catchup,ring=64,stall=5ms@1ms");
  for (int i = 0; i < 3; i++) client.next();
  const Delivery delivery = client.next();
  EXPECT_EQ(delivery.block.position, Frames(48));
  EXPECT_EQ(client.now - delivery.block.due, kMillisecond * 5);
}

TEST(VirtualStream, RestartBeginsANewEpochAtZero) {
  Client client(",start=1000,restart@1ms");
  for (int i = 0; i < 3; i++) client.next();
  const Delivery delivery = client.next();
  EXPECT_EQ(delivery.block.epoch, 1U);
  EXPECT_EQ(delivery.block.position, Frames(0));
  EXPECT_EQ(delivery.true_position, Frames(1000 + 48 + 16));
}

TEST(VirtualStream, TwinsShareALabelAndDifferInContent) {
  Client client(",twin@1ms");
  for (int i = 0; i < 3; i++) client.next();
  const Delivery first = client.next();
  const Delivery second = client.next();
  EXPECT_EQ(first.block.position, Frames(64));
  EXPECT_EQ(second.block.position, Frames(64));
  EXPECT_EQ(first.true_position, Frames(48));
  EXPECT_EQ(second.true_position, Frames(64));
}

TEST(VirtualStream, EmptyBlockComesAgainWithItsData) {
  Client client(",silent@1ms");
  for (int i = 0; i < 3; i++) client.next();
  const Delivery empty = client.next();
  const Delivery again = client.next();
  EXPECT_FALSE(empty.has_data);
  EXPECT_TRUE(again.has_data);
  EXPECT_EQ(empty.block.position, again.block.position);
  EXPECT_EQ(client.next().block.position, Frames(64));
}

TEST(VirtualStream, TornAndGone) {
  Client client(",torn@1ms,gone@2ms");
  for (int i = 0; i < 3; i++) EXPECT_FALSE(client.next().block.is_torn);
  EXPECT_TRUE(client.next().block.is_torn);
  for (int i = 4; i < 6; i++) EXPECT_TRUE(client.next().has_block);
  EXPECT_FALSE(client.next().has_block);
  EXPECT_FALSE(client.next().has_block);
}

TEST(VirtualStream, CounterOf32BitsWrapsWithoutAJump) {
  Client client(",counter=32,start=4294967280");
  EXPECT_EQ(client.next().block.position, Frames(4294967280));
  EXPECT_EQ(client.next().block.position, Frames(4294967296));
}

TEST(VirtualStream, JitterIsBoundedAndRepeatable) {
  Client a(",jitter=100us");
  Client b(",jitter=100us");
  bool is_varied = false;
  for (int i = 0; i < 1000; i++) {
    const Nanos wake = a.stream.next_wake();
    const Nanos due = a.next().block.due;
    EXPECT_LE(due - wake, kMicrosecond * 100);
    EXPECT_GE(due - wake, kMicrosecond * -100);
    EXPECT_EQ(b.next().block.due, due);
    is_varied |= due != wake;
  }
  EXPECT_TRUE(is_varied);
}

TEST(PositionSignal, EverySampleTellsItsFrameNumber) {
  std::vector<float> plane(64);
  for (const int64_t first : {0L, 1L, (1L << 24) - 10, (1L << 40) + 12345}) {
    fill_with_position(plane.data(), Frames(first), Frames(64));
    for (int64_t i = 0; i < 64; i++) {
      EXPECT_EQ(position_in(plane[static_cast<size_t>(i)]), (first + i) % (1L << 24));
    }
  }
}

}  // namespace
}  // namespace holdfast::audio
