// SPDX-License-Identifier: MIT
#include "audio/pipewire_clock.h"

#include <gtest/gtest.h>

#include <cstring>

namespace holdfast::audio {
namespace {

constexpr int64_t kRateHz = 48000;
using Cycle = PipewireClock::Cycle;

/// A driver that tells the time of its cycles.
struct Driver {
  spa_io_clock clock = {};

  Driver() {
    clock.id = 30;
    clock.rate = {1, kRateHz};
    clock.duration = 64;
    clock.nsec = 1'000'000'000;
  }
  void run() {
    clock.position += clock.duration;
    clock.nsec += static_cast<uint64_t>(
        duration_of(Frames(static_cast<int64_t>(clock.duration)), kRateHz).count);
  }
  /// The last eight bytes, whatever the header calls them.
  void lose(uint64_t frames) {
    const uint64_t losses = driver_losses(clock) + frames;
    memcpy(reinterpret_cast<char*>(&clock) + sizeof clock - sizeof losses, &losses, sizeof losses);
  }
};

Block take(PipewireClock& clock, const Driver& driver, Nanos late = kMicrosecond * 20) {
  Block block;
  block.woke = Nanos(static_cast<int64_t>(driver.clock.nsec)) + late;
  EXPECT_EQ(clock.take(driver.clock, block), Cycle::kBlock);
  return block;
}

TEST(PipewireClock, TellsPositionLengthAndDueTime) {
  PipewireClock clock(kRateHz, true);
  Driver driver;
  driver.run();
  const Block block = take(clock, driver);
  EXPECT_EQ(block.position, Frames(64));
  EXPECT_EQ(block.frames, Frames(64));
  EXPECT_EQ(lateness(block), kMicrosecond * 20);
  EXPECT_EQ(block.epoch, 0U);
}

TEST(PipewireClock, ALabelReadTooLateIsNeverDueInTheFuture) {
  PipewireClock clock(kRateHz, true);
  const Driver driver;
  EXPECT_EQ(lateness(take(clock, driver, -kMicrosecond * 30)), Nanos(0));
}

TEST(PipewireClock, ADriverWithAnotherClockIsDueByItsBeat) {
  PipewireClock clock(kRateHz, true);
  Driver driver;
  const Nanos apart = kSecond * 3600;
  for (int i = 0; i < 20; i++) {
    driver.run();
    EXPECT_LT(lateness(take(clock, driver, apart)), kMicrosecond * 10);
  }
  driver.run();
  const Nanos late = lateness(take(clock, driver, apart + kMillisecond));
  EXPECT_GT(late, kMicrosecond * 990);
  EXPECT_LE(late, kMillisecond);
}

TEST(PipewireClock, AnotherDriverIsAnEpochOfUnknownLoss) {
  PipewireClock clock(kRateHz, true);
  Driver driver;
  take(clock, driver);
  driver.clock.id = 31;
  driver.clock.position = 12'345'678;
  const Block block = take(clock, driver);
  EXPECT_EQ(block.epoch, 1U);
  EXPECT_EQ(block.source, LossSource::kDevice);
  EXPECT_LT(block.lost_before, Frames(0));
  driver.run();
  EXPECT_EQ(take(clock, driver).epoch, 1U);
}

TEST(PipewireClock, WhatTheDriverSaysItLostIsAnEpochWithABound) {
  PipewireClock clock(kRateHz, true);
  Driver driver;
  driver.lose(1000);
  take(clock, driver);
  driver.run();
  driver.lose(480);
  const Block block = take(clock, driver);
  EXPECT_EQ(block.epoch, 1U);
  EXPECT_EQ(block.lost_before, Frames(480));
  EXPECT_EQ(block.lost_error, Frames(64));
  EXPECT_EQ(block.source, LossSource::kDevice);
}

TEST(PipewireClock, ALossOfTheDriverDoesNotHideAJumpOfThePosition) {
  PipewireClock clock(kRateHz, true);
  Driver driver;
  take(clock, driver);
  driver.run();
  driver.run();
  driver.run();
  driver.lose(480);
  EXPECT_EQ(take(clock, driver).lost_before, Frames(480 + 128));
}

TEST(PipewireClock, OfAnOldServerTheFieldMeansNothing) {
  PipewireClock clock(kRateHz, false);
  Driver driver;
  take(clock, driver);
  driver.run();
  driver.lose(480);
  EXPECT_EQ(take(clock, driver).epoch, 0U);
}

TEST(PipewireClock, AfterFreewheelingAnEpochBegins) {
  PipewireClock clock(kRateHz, true);
  Driver driver;
  take(clock, driver);
  driver.clock.flags = SPA_IO_CLOCK_FLAG_FREEWHEEL;
  Block block;
  for (int i = 0; i < 3; i++) {
    driver.run();
    EXPECT_EQ(clock.take(driver.clock, block), Cycle::kNoTime);
  }
  driver.clock.flags = 0;
  EXPECT_EQ(take(clock, driver).epoch, 1U);
}

TEST(PipewireClock, AnotherRateIsAnotherStream) {
  PipewireClock clock(kRateHz, true);
  Driver driver;
  take(clock, driver);
  driver.clock.rate = {1, 44100};
  Block block;
  EXPECT_EQ(clock.take(driver.clock, block), Cycle::kOtherRate);
}

TEST(PipewireClock, TheFirstBlockAfterTheServerWasAwayIsTheServers) {
  PipewireClock clock(kRateHz, true);
  Driver driver;
  EXPECT_EQ(take(clock, driver).source, LossSource::kClient);
  clock.come_back();
  const Block block = take(clock, driver);
  EXPECT_EQ(block.epoch, 1U);
  EXPECT_EQ(block.source, LossSource::kServer);
  driver.run();
  EXPECT_EQ(take(clock, driver).source, LossSource::kClient);
}

}  // namespace
}  // namespace holdfast::audio
