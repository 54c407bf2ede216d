// SPDX-License-Identifier: MIT
// The thread that keeps up with an observed one: what it has settled is complete, an end brings all
// that was left behind, and what finds no room is told. Where perf events are forbidden the tests
// SKIP with the reason.
#include "probe/fact_drain_linux.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "probe/clock_linux.h"

namespace holdfast {
namespace {

constexpr size_t kPageBytes = 4096;

/// Pages that nobody has touched yet.
class FreshPages {
 public:
  explicit FreshPages(size_t count) : size_bytes_(count * kPageBytes) {
    memory_ = static_cast<char*>(
        mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    madvise(memory_, size_bytes_, MADV_NOHUGEPAGE);
  }
  ~FreshPages() { munmap(memory_, size_bytes_); }
  FreshPages(const FreshPages&) = delete;
  FreshPages& operator=(const FreshPages&) = delete;

  void touch(size_t page) { *static_cast<volatile char*>(memory_ + page * kPageBytes) = 1; }
  [[nodiscard]] bool contains(uint64_t address) const {
    const auto begin = reinterpret_cast<uintptr_t>(memory_);
    return address >= begin && address < begin + size_bytes_;
  }

 private:
  size_t size_bytes_;
  char* memory_;
};

pid_t own_id() {
  return static_cast<pid_t>(syscall(SYS_gettid));
}

/// Looks at `thread`; null, and the reason in `why`, where perf events are forbidden.
std::unique_ptr<probe::FactDrain> drain_of(pid_t thread, std::string& why) {
  auto events = probe::ThreadEvents::open(thread, {});
  if (!events) {
    why = events.error().what;
    return nullptr;
  }
  auto use = probe::ThreadUseProbe::open(getpid(), thread);
  EXPECT_TRUE(use);
  auto drain = std::make_unique<probe::FactDrain>(std::move(*events), std::move(*use));
  EXPECT_TRUE(drain->start());
  return drain;
}

void wait_until_settled(const probe::FactDrain& drain, Nanos time) {
  while (drain.settled() <= time) usleep(1000);
}

size_t faults_in(const std::vector<Record>& records, const FreshPages& pages) {
  return static_cast<size_t>(
      std::count_if(records.begin(), records.end(), [&](const Record& record) {
        return record.head.kind == RecordKind::kFault &&
               pages.contains(record_cast<FaultRecord>(record).address);
      }));
}

size_t count_of(const std::vector<Record>& records, RecordKind kind) {
  return static_cast<size_t>(
      std::count_if(records.begin(), records.end(),
                    [&](const Record& record) { return record.head.kind == kind; }));
}

TEST(FactDrain, WhatHappenedBeforeTheSettledTimeIsThere) {
  std::string why;
  const auto drain = drain_of(own_id(), why);
  if (drain == nullptr) GTEST_SKIP() << why;
  constexpr size_t kRounds = 20;
  FreshPages pages(kRounds);
  std::vector<Record> records;
  for (size_t page = 0; page < kRounds; page++) {
    pages.touch(page);
    wait_until_settled(*drain, probe::monotonic_now());
    drain->take(records);
    ASSERT_EQ(faults_in(records, pages), page + 1);
  }
  EXPECT_GE(count_of(records, RecordKind::kThreadUse), kRounds);
  EXPECT_EQ(count_of(records, RecordKind::kLost), 0U);
}

TEST(FactDrain, AnEndBringsEverythingThatWasLeftBehind) {
  std::string why;
  FreshPages pages(100);
  std::unique_ptr<probe::FactDrain> drain;
  std::thread observed([&] {
    drain = drain_of(own_id(), why);
    for (size_t page = 0; page < 100; page++) pages.touch(page);
  });
  observed.join();
  if (drain == nullptr) GTEST_SKIP() << why;
  while (!drain->has_ended()) usleep(1000);
  std::vector<Record> records;
  drain->take(records);
  EXPECT_EQ(faults_in(records, pages), 100U);
}

TEST(FactDrain, WhatFindsNoRoomIsTold) {
  std::string why;
  const auto drain = drain_of(own_id(), why);
  if (drain == nullptr) GTEST_SKIP() << why;
  constexpr size_t kMany = 40'000;  // more than fit
  FreshPages pages(kMany);
  for (size_t page = 0; page < kMany; page++) pages.touch(page);
  wait_until_settled(*drain, probe::monotonic_now());
  std::vector<Record> records;
  drain->take(records);
  EXPECT_LT(faults_in(records, pages), kMany);
  EXPECT_GE(count_of(records, RecordKind::kLost), 1U);
}

TEST(FactDrain, CountersAloneAreReadAndTheirEndIsSeen) {
  std::unique_ptr<probe::FactDrain> drain;
  std::thread observed([&] {
    auto use = probe::ThreadUseProbe::open(getpid(), own_id());
    ASSERT_TRUE(use);
    drain = std::make_unique<probe::FactDrain>(std::nullopt, std::move(*use));
    ASSERT_TRUE(drain->start());
    wait_until_settled(*drain, probe::monotonic_now());
  });
  observed.join();
  ASSERT_NE(drain, nullptr);
  while (!drain->has_ended()) usleep(1000);
  std::vector<Record> records;
  drain->take(records);
  EXPECT_GE(count_of(records, RecordKind::kThreadUse), 1U);
}

TEST(FactDrain, AllThatItTouchesIsLessThanFourMebibytes) {
  std::string why;
  const auto drain = drain_of(own_id(), why);
  if (drain == nullptr) GTEST_SKIP() << why;
  size_t size_bytes = 0;
  for (const MemoryRange& range : drain->working_set()) {
    EXPECT_NE(range.begin, 0U) << range.name;
    size_bytes += range.size_bytes;
  }
  EXPECT_LT(size_bytes, size_t{4} << 20);
}

}  // namespace
}  // namespace holdfast
