// SPDX-License-Identifier: MIT
#include "rt/counter_clock.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

constexpr int64_t kClockRateHz = 48000;
constexpr Frames kBlock{64};
constexpr Nanos kStart{1'000'000'000};

/// A server whose cycles begin on the grid, `lost` behind.
struct SteadyServer {
  CounterClock clock{kClockRateHz};
  Nanos lost;
  int64_t blocks = 0;

  Nanos beat() const { return kStart + lost + duration_of(kBlock * blocks, kClockRateHz); }
  /// The due time of the next block, which wakes us so late.
  Nanos due(Nanos late) {
    const Nanos result = clock.due(kBlock * blocks, kBlock, beat() + late);
    blocks++;
    return result;
  }
};

TEST(CounterClock, DueIsTheEarliestWakeOfLate) {
  SteadyServer server;
  for (int i = 0; i < 100; i++) server.due(kMicrosecond * (20 + i % 7));
  const Nanos beat = server.beat();
  EXPECT_NEAR(static_cast<double>((server.due(kMillisecond) - beat).count), 20'000, 5'000);
}

TEST(CounterClock, DueIsNeverAfterTheWake) {
  SteadyServer server;
  for (int i = 0; i < 1000; i++) {
    const Nanos late = kMicrosecond * (i * 37 % 211);
    const Nanos woke = server.beat() + late;
    EXPECT_LE(server.due(late), woke) << i;
  }
}

TEST(CounterClock, AServerThatStaysBehindHasANewBeatAfterEightBlocks) {
  SteadyServer server;
  for (int i = 0; i < 100; i++) server.due(kMicrosecond * 20);
  server.lost = kMillisecond * 10;
  for (int i = 0; i < 8; i++) server.due(kMicrosecond * 20);
  const Nanos beat = server.beat();
  EXPECT_NEAR(static_cast<double>((server.due(kMicrosecond * 20) - beat).count), 20'000, 2'000);
}

TEST(CounterClock, OneLateClientDoesNotMoveTheBeat) {
  SteadyServer server;
  for (int i = 0; i < 100; i++) server.due(kMicrosecond * 20);
  server.due(kMillisecond * 50);
  const Nanos beat = server.beat();
  EXPECT_NEAR(static_cast<double>((server.due(kMicrosecond * 20) - beat).count), 20'000, 2'000);
}

TEST(CounterClock, ARestartForgetsTheOldBeat) {
  SteadyServer server;
  for (int i = 0; i < 100; i++) server.due(kMicrosecond * 20);
  server.clock.restart();
  server.lost = kSecond * 5;
  const Nanos beat = server.beat();
  EXPECT_EQ(server.due(kMicrosecond * 20), beat + kMicrosecond * 20);
}

}  // namespace
}  // namespace holdfast
