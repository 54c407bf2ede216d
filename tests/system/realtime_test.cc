// SPDX-License-Identifier: MIT
// The fourth fence: everything the audio thread does for a block, under the guard that aborts on
// allocation, locks and blocking calls. realtime_guard_test.cc proves that the guard can catch.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "audio/virtual_stream.h"
#include "rt/on_block.h"
#include "tests/support/realtime_guard.h"

namespace holdfast {
namespace {

constexpr audio::StreamFormat kFormat{48000, 16, 2};

/// Runs `blocks` blocks of a scripted device inside a real-time section; the rings overflow.
Totals run_guarded(const std::string& script, int64_t blocks) {
  const audio::VirtualOptions options = *audio::parse_virtual_options(script);
  audio::VirtualStream stream(options, options.faults, kFormat, kSecond);
  std::vector<Record> record_storage(64);
  std::vector<Gap> gap_storage(2);
  Ring<Record> records(record_storage);
  Ring<Gap> gaps(gap_storage);
  Capture capture(kFormat.rate_hz, Frames(0), &records, &gaps);
  std::array<float, 16> plane = {};
  const std::array<const float*, 2> planes = {plane.data(), plane.data()};
  std::array<Record, 8> drained;
  Nanos now;
  {
    const test::RealtimeSection section;
    for (int64_t i = 0; i < blocks; i++) {
      now = std::max(now, stream.next_wake());
      audio::Delivery delivery = stream.take(now);
      if (!delivery.has_block) break;
      delivery.block.woke = now;
      audio::fill_with_position(plane.data(), delivery.true_position, Frames(16));
      capture.on_block(delivery.block, {planes.data(), 2});
      if (i % 16 == 0) records.pop(drained);
    }
  }
  EXPECT_GT(records.dropped(), 0U);
  return capture.totals();
}

TEST(Realtime, BlocksAreTakenWithoutAllocationLockOrBlockingCall) {
  const Totals totals = run_guarded("", 20'000);
  EXPECT_EQ(totals.received, Frames(16 * 20'000));
}

TEST(Realtime, EveryKindOfTroubleIsTakenWithoutThemToo) {
  const Totals totals = run_guarded(
      ":lose=5@10ms,stall=5ms@50ms,restart@100ms,twin@150ms,silent@200ms,torn@250ms,"
      "lose=100000@300ms,jitter=50us,policy=catchup,ring=4,counter=32,gone@10s",
      20'000);
  EXPECT_EQ(totals.elapsed, totals.received + totals.missing);
  EXPECT_GE(totals.gaps, 5);
}

}  // namespace
}  // namespace holdfast
