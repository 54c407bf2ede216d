// SPDX-License-Identifier: MIT
// The guard catches what it says it catches, on its own thread only. Pointers go through a
// volatile: the compiler would otherwise remove a malloc that nobody uses.
#include "tests/support/realtime_guard.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace holdfast::test {
namespace {

void* volatile g_memory = nullptr;

class RealtimeGuardDeathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!realtime_guard_is_active()) GTEST_SKIP() << "sanitizers interpose the same functions";
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }
};

template <class Action>
void in_realtime(Action action) {
  const RealtimeSection section;
  action();
}

TEST_F(RealtimeGuardDeathTest, MallocDiesInsideRealtimeSection) {
  EXPECT_DEATH(in_realtime([] { g_memory = malloc(16); }), "realtime section called malloc");
}

TEST_F(RealtimeGuardDeathTest, FreeDiesInsideRealtimeSection) {
  g_memory = malloc(16);
  EXPECT_DEATH(in_realtime([] { free(g_memory); }), "realtime section called free");
  free(g_memory);
}

TEST_F(RealtimeGuardDeathTest, OperatorNewDiesInsideRealtimeSection) {
  EXPECT_DEATH(in_realtime([] { g_memory = new int[4]; }), "realtime section called malloc");
}

TEST_F(RealtimeGuardDeathTest, AlignedNewDiesInsideRealtimeSection) {
  struct alignas(64) Line {
    char bytes[64];
  };
  EXPECT_DEATH(in_realtime([] { g_memory = new Line; }), "realtime section called");
}

TEST_F(RealtimeGuardDeathTest, GrowingAVectorDiesInsideRealtimeSection) {
  std::vector<int> values;
  EXPECT_DEATH(in_realtime([&] { values.resize(100); }), "realtime section called malloc");
}

TEST_F(RealtimeGuardDeathTest, EachAllocatorDiesInsideRealtimeSection) {
  void* memory = malloc(16);
  EXPECT_DEATH(in_realtime([] { g_memory = calloc(4, 4); }), "called calloc");
  EXPECT_DEATH(in_realtime([&] { g_memory = realloc(memory, 4); }), "called realloc");
  EXPECT_DEATH(in_realtime([] { g_memory = aligned_alloc(64, 64); }), "called aligned_alloc");
  EXPECT_DEATH(in_realtime([&] { (void)!posix_memalign(&memory, 64, 64); }),
               "called posix_memalign");
  free(memory);
}

TEST_F(RealtimeGuardDeathTest, LockingAMutexDiesInsideRealtimeSection) {
  std::mutex mutex;
  EXPECT_DEATH(in_realtime([&] { mutex.lock(); }), "realtime section called pthread_mutex_lock");
}

TEST_F(RealtimeGuardDeathTest, WaitingOnAConditionDiesInsideRealtimeSection) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  pthread_mutex_lock(&mutex);
  EXPECT_DEATH(in_realtime([&] { pthread_cond_wait(&condition, &mutex); }), "pthread_cond_wait");
  pthread_mutex_unlock(&mutex);
}

TEST_F(RealtimeGuardDeathTest, WaitingOnAnAtomicDiesInsideRealtimeSection) {
  std::atomic<int> value{1};
  EXPECT_DEATH(in_realtime([&] { value.wait(1); }), "realtime section called");
}

TEST_F(RealtimeGuardDeathTest, SleepingDiesInsideRealtimeSection) {
  const timespec time = {0, 1};
  EXPECT_DEATH(in_realtime([&] { nanosleep(&time, nullptr); }), "called nanosleep");
  EXPECT_DEATH(in_realtime([] { usleep(1); }), "called usleep");
  EXPECT_DEATH(in_realtime([] { poll(nullptr, 0, 1); }), "called poll");
}

TEST_F(RealtimeGuardDeathTest, FileAccessDiesInsideRealtimeSection) {
  char byte = 0;
  EXPECT_DEATH(in_realtime([] { (void)open("/dev/null", O_RDONLY); }), "called open");
  EXPECT_DEATH(in_realtime([&] { (void)!read(0, &byte, 1); }), "called read");
  EXPECT_DEATH(in_realtime([&] { (void)!write(1, &byte, 0); }), "called write");
}

TEST_F(RealtimeGuardDeathTest, AnOuterSectionHoldsAfterAnInnerOneEnds) {
  EXPECT_DEATH(in_realtime([] {
                 in_realtime([] {});
                 g_memory = malloc(16);
               }),
               "realtime section called malloc");
}

TEST(RealtimeGuard, MallocPassesOutside) {
  in_realtime([] {});
  g_memory = malloc(16);
  EXPECT_NE(g_memory, nullptr);
  free(g_memory);
}

TEST(RealtimeGuard, OtherThreadsMayAllocate) {
  std::atomic<bool> is_inside{false};
  std::atomic<bool> has_allocated{false};
  std::thread other([&] {
    while (!is_inside.load()) std::this_thread::yield();
    const std::vector<int> values(1000, 7);
    has_allocated.store(values.back() == 7);
  });
  in_realtime([&] {
    is_inside.store(true);
    while (!has_allocated.load()) sched_yield();
  });
  other.join();
  EXPECT_TRUE(has_allocated.load());
}

TEST(RealtimeGuard, ConditionsAndFilesWorkAsBeforeOutside) {
  std::mutex mutex;
  std::condition_variable condition;
  bool is_done = false;
  std::thread other([&] {
    const std::lock_guard lock(mutex);
    is_done = true;
    condition.notify_one();
  });
  std::unique_lock lock(mutex);
  condition.wait(lock, [&] { return is_done; });
  lock.unlock();
  other.join();
  const int file = open("/dev/zero", O_RDONLY);
  ASSERT_GE(file, 0);
  char byte = 1;
  EXPECT_EQ(read(file, &byte, 1), 1);
  EXPECT_EQ(byte, 0);
  EXPECT_EQ(close(file), 0);
}

TEST(RealtimeGuard, MemoryIsAlignedAsAskedOutside) {
  void* memory = nullptr;
  ASSERT_EQ(posix_memalign(&memory, 256, 100), 0);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 256, 0U);
  free(memory);
}

}  // namespace
}  // namespace holdfast::test
