// SPDX-License-Identifier: MIT
#include "core/perf_records.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "tests/support/perf_ring_file.h"

namespace holdfast {
namespace {

constexpr uint64_t kSwitchOut = PERF_RECORD_MISC_SWITCH_OUT;
constexpr uint64_t kPreempted = PERF_RECORD_MISC_SWITCH_OUT_PREEMPT;

/// A ring into which records are put as the kernel would.
class RingBuilder {
 public:
  explicit RingBuilder(size_t words, uint64_t start = 0)
      : words_(words), tail_(start), head_(start) {}

  RingBuilder& put(uint64_t type, uint64_t misc, std::initializer_list<uint64_t> body) {
    put_word(type | misc << 32 | (body.size() + 1) << 51);
    for (const uint64_t word : body) put_word(word);
    return *this;
  }
  RingBuilder& put_word(uint64_t word) {
    words_[head_ / 8 % words_.size()] = word;
    head_ += 8;
    return *this;
  }
  RingBuilder& put_fault(uint64_t id, uint64_t misc = PERF_RECORD_MISC_USER) {
    return put(PERF_RECORD_SAMPLE, misc, {id, 0x40, pid_and(9), 1000, 0x5123, 3});
  }
  RingBuilder& put_switch(uint64_t misc) {
    return put(PERF_RECORD_SWITCH, misc, {pid_and(9), 2000, 1, 77});
  }
  [[nodiscard]] PerfRingView view() const { return {words_, tail_, head_, {11, 12, 13}}; }

  static uint64_t pid_and(uint64_t tid) { return tid << 32 | 8; }

 private:
  std::vector<uint64_t> words_;
  uint64_t tail_;
  uint64_t head_;
};

struct Reading {
  std::vector<PerfEvent> events;
  int64_t damaged = 0;
};

Reading read(const PerfRingView& view) {
  PerfRecords records(view);
  Reading reading;
  for (PerfEvent event; records.next(event);) reading.events.push_back(event);
  reading.damaged = records.damaged();
  return reading;
}

TEST(PerfRecords, EmptyRingHasNoEvents) {
  EXPECT_TRUE(read({}).events.empty());
  EXPECT_TRUE(read(RingBuilder(8).view()).events.empty());
}

TEST(PerfRecords, FaultIsReadFieldByField) {
  const RingBuilder ring = RingBuilder(64).put_fault(11);
  const Reading reading = read(ring.view());
  ASSERT_EQ(reading.events.size(), 1U);
  const PerfEvent& event = reading.events[0];
  EXPECT_EQ(event.kind, PerfEventKind::kFaultBegin);
  EXPECT_EQ(event.instruction, 0x40U);
  EXPECT_EQ(event.thread, 9U);
  EXPECT_EQ(event.time_ns, 1000);
  EXPECT_EQ(event.address, 0x5123U);
  EXPECT_EQ(event.processor, 3U);
  EXPECT_FALSE(event.is_in_kernel);
}

TEST(PerfRecords, TheIdThatWasReadCountsMoreThanTheSharedIdentifier) {
  const RingBuilder ring =
      RingBuilder(64).put(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER,
                          {99, 0x40, RingBuilder::pid_and(9), 1000, 0x5123, 3, 17, 13, 0});
  const Reading reading = read(ring.view());
  ASSERT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.damaged, 0);
  EXPECT_TRUE(reading.events[0].is_major);
}

TEST(PerfRecords, IdentifierTellsMinorFromMajor) {
  const RingBuilder ring = RingBuilder(64).put_fault(12).put_fault(13);
  const Reading reading = read(ring.view());
  ASSERT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(reading.events[0].kind, PerfEventKind::kFaultEnd);
  EXPECT_FALSE(reading.events[0].is_major);
  EXPECT_EQ(reading.events[1].kind, PerfEventKind::kFaultEnd);
  EXPECT_TRUE(reading.events[1].is_major);
}

TEST(PerfRecords, FaultInKernelModeIsMarked) {
  const RingBuilder ring = RingBuilder(64).put_fault(11, PERF_RECORD_MISC_KERNEL);
  EXPECT_TRUE(read(ring.view()).events.at(0).is_in_kernel);
}

TEST(PerfRecords, SwitchSaysWhichWayAndWhetherTheThreadCouldHaveRunOn) {
  const RingBuilder ring =
      RingBuilder(64).put_switch(kSwitchOut | kPreempted).put_switch(0).put_switch(kSwitchOut);
  const Reading reading = read(ring.view());
  ASSERT_EQ(reading.events.size(), 3U);
  EXPECT_EQ(reading.events[0].kind, PerfEventKind::kSwitchOut);
  EXPECT_TRUE(reading.events[0].is_preempted);
  EXPECT_EQ(reading.events[1].kind, PerfEventKind::kSwitchIn);
  EXPECT_EQ(reading.events[1].thread, 9U);
  EXPECT_EQ(reading.events[1].time_ns, 2000);
  EXPECT_EQ(reading.events[1].processor, 1U);
  EXPECT_FALSE(reading.events[2].is_preempted);
}

TEST(PerfRecords, SwitchOfAProcessorNamesTheOther) {
  const RingBuilder ring =
      RingBuilder(64).put(PERF_RECORD_SWITCH_CPU_WIDE, 0,
                          {RingBuilder::pid_and(21), RingBuilder::pid_and(9), 3000, 2, 77});
  const Reading reading = read(ring.view());
  ASSERT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.events[0].kind, PerfEventKind::kSwitchIn);
  EXPECT_EQ(reading.events[0].other, 21U);
  EXPECT_EQ(reading.events[0].thread, 9U);
  EXPECT_EQ(reading.events[0].time_ns, 3000);
}

TEST(PerfRecords, LossIsReadWithItsCountAndTime) {
  const RingBuilder ring =
      RingBuilder(64).put(PERF_RECORD_LOST, 0, {77, 57, RingBuilder::pid_and(9), 4000, 2, 77});
  const Reading reading = read(ring.view());
  ASSERT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.events[0].kind, PerfEventKind::kLost);
  EXPECT_EQ(reading.events[0].lost, 57U);
  EXPECT_EQ(reading.events[0].time_ns, 4000);
}

TEST(PerfRecords, RecordMayWrapAtEveryWord) {
  constexpr size_t kRingWords = 16;
  for (uint64_t start = 0; start < 2 * kRingWords; ++start) {
    const RingBuilder ring = RingBuilder(kRingWords, start * 8).put_fault(11).put_switch(0);
    const Reading reading = read(ring.view());
    ASSERT_EQ(reading.events.size(), 2U) << start;
    EXPECT_EQ(reading.events[0].address, 0x5123U) << start;
    EXPECT_EQ(reading.events[1].time_ns, 2000) << start;
  }
}

TEST(PerfRecords, PositionsMayWrapAsWell) {
  const RingBuilder ring = RingBuilder(16, ~uint64_t{0} - 15).put_fault(11);
  EXPECT_EQ(read(ring.view()).events.size(), 1U);
}

TEST(PerfRecords, OtherKindsAndLongerRecordsDoNoHarm) {
  const RingBuilder ring = RingBuilder(64)
                               .put(PERF_RECORD_COMM, 0, {1, 2, 3})
                               .put(PERF_RECORD_SWITCH, 0, {99, RingBuilder::pid_and(9), 5, 1, 77});
  const Reading reading = read(ring.view());
  ASSERT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.events[0].time_ns, 5);
  EXPECT_EQ(reading.damaged, 0);
}

TEST(PerfRecords, RecordsThatMakeNoSenseAreCounted) {
  const RingBuilder ring = RingBuilder(64)
                               .put(PERF_RECORD_SAMPLE, 0, {11, 1, 1})
                               .put_fault(99)
                               .put(PERF_RECORD_SWITCH, 0, {1})
                               .put(PERF_RECORD_LOST, 0, {1, 2, 3})
                               .put_fault(11);
  const Reading reading = read(ring.view());
  EXPECT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.damaged, 4);
}

TEST(PerfRecords, NothingIsReadBehindAnImpossibleLength) {
  for (const uint64_t size_bytes : {0U, 4U, 12U, 4096U}) {
    const RingBuilder ring =
        RingBuilder(64).put_fault(11).put_word(PERF_RECORD_SWITCH | size_bytes << 48).put_fault(11);
    const Reading reading = read(ring.view());
    EXPECT_EQ(reading.events.size(), 1U) << size_bytes;
    EXPECT_EQ(reading.damaged, 1) << size_bytes;
  }
}

TEST(PerfRecords, PositionsThatCannotBeAreNotRead) {
  const std::vector<uint64_t> ring(8);
  EXPECT_EQ(read({ring, 0, 72, {}}).damaged, 1);
  EXPECT_EQ(read({ring, 8, 0, {}}).damaged, 1);
  EXPECT_EQ(read({ring, 4, 12, {}}).damaged, 1);
  EXPECT_EQ(read({{}, 0, 8, {}}).damaged, 1);
}

TEST(PerfRecords, RecordedRingIsReadToItsEnd) {
  const auto file =
      test::read_perf_ring(std::string(HF_SOURCE_DIR) + "/tests/fixtures/perf/one_thread.ring");
  ASSERT_EQ(file.ring.size(), 512U);
  const Reading reading = read(file.view());
  EXPECT_EQ(reading.damaged, 0);
  ASSERT_EQ(reading.events.size(), 14U);
  EXPECT_EQ(reading.events[0].kind, PerfEventKind::kLost);
  EXPECT_EQ(reading.events[0].lost, 57U);
  for (size_t i = 1; i < reading.events.size(); ++i) {
    EXPECT_GE(reading.events[i].time_ns, reading.events[i - 1].time_ns);
    EXPECT_EQ(reading.events[i].thread, reading.events[0].thread);
  }
}

}  // namespace
}  // namespace holdfast
