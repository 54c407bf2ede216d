// SPDX-License-Identifier: MIT
#include "core/cadence.h"

#include <gtest/gtest.h>

#include <random>

#include "rt/timeline.h"
#include "tests/support/fact_builder.h"

namespace holdfast {
namespace {

using test::kMicro;

OffCpuRecord sleep_until(int64_t end_ns) {
  OffCpuRecord record;
  record.end_ns = end_ns;
  return record;
}

constexpr int64_t kPeriodNs = 1'000'000;

Cadence cadence() {
  return {48000, Frames(48)};
}

TEST(Cadence, OneWakePerPeriodLosesNothing) {
  Cadence blocks = cadence();
  std::mt19937_64 random(1);
  Timeline timeline(48000);
  for (int64_t i = 0; i < 1000; i++) {
    const auto late = static_cast<int64_t>(random() % 300'000);
    timeline.place(*blocks.wake(sleep_until(i * kPeriodNs + late)));
  }
  EXPECT_EQ(timeline.totals().missing, Frames(0));
  EXPECT_EQ(timeline.totals().received, Frames(48000));
}

TEST(Cadence, WakeThatComesPeriodsLateMissedThem) {
  Cadence blocks = cadence();
  Timeline timeline(48000);
  for (const int64_t at : {0, 1, 2, 6, 7}) {
    timeline.place(*blocks.wake(sleep_until(at * kPeriodNs + 100 * kMicro)));
  }
  ASSERT_TRUE(timeline.finish());
  const Gap& gap = timeline.closed_gap();
  EXPECT_EQ(gap.missing, Frames(3 * 48));
  EXPECT_FALSE(gap.is_exact);
  EXPECT_EQ(gap.error, Frames(48));
  EXPECT_EQ(gap.source, LossSource::kClient);
}

TEST(Cadence, SleepsWhileItWorksBeginNoBlock) {
  Cadence blocks = cadence();
  EXPECT_TRUE(blocks.wake(sleep_until(0)));
  EXPECT_FALSE(blocks.wake(sleep_until(200'000)));
  EXPECT_FALSE(blocks.wake(sleep_until(400'000)));
  EXPECT_TRUE(blocks.wake(sleep_until(kPeriodNs)));
}

TEST(Cadence, ClockThatDriftsIsFollowed) {
  for (const double factor : {0.9995, 1.0005}) {
    Cadence blocks = cadence();
    Timeline timeline(48000);
    for (int64_t i = 0; i < 100'000; i++) {
      const auto at = static_cast<int64_t>(static_cast<double>(i) * kPeriodNs * factor);
      timeline.place(*blocks.wake(sleep_until(at)));
    }
    EXPECT_EQ(timeline.totals().missing, Frames(0)) << factor;
  }
}

TEST(Cadence, LatenessIsMeasuredFromTheGrid) {
  Cadence blocks = cadence();
  Block last;
  for (const int64_t at_us : {0, 1000, 2000, 3300})
    last = *blocks.wake(sleep_until(at_us * kMicro));
  EXPECT_EQ(lateness(last), Nanos(299 * kMicro)) << "the grid follows by 1 us";
}

}  // namespace
}  // namespace holdfast
