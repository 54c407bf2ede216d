// SPDX-License-Identifier: MIT
#include "core/thread_choice.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TaskStat thread(int id, const char* name, SchedulingPolicy policy = SchedulingPolicy::kOther,
                int priority = 0) {
  TaskStat stat;
  stat.id = id;
  stat.name = name;
  stat.policy = policy;
  stat.rt_priority = priority;
  return stat;
}

const std::vector<TaskStat> kJackd = {
    thread(100, "jackd"), thread(101, "messages", SchedulingPolicy::kRoundRobin, 5),
    thread(102, "audio", SchedulingPolicy::kFifo, 70), thread(103, "jackd")};

TEST(ThreadChoice, TakesTheRealTimeThreadThatRunsFirst) {
  const auto choice = choose_thread(kJackd, 100, "");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->thread.id, 102);
  EXPECT_EQ(choice->reason, "highest priority of 2 real-time threads");
}

TEST(ThreadChoice, DeadlinePrecedesEveryPriority) {
  auto threads = kJackd;
  threads.push_back(thread(104, "dl", SchedulingPolicy::kDeadline, 0));
  EXPECT_EQ(choose_thread(threads, 100, "")->thread.id, 104);
}

TEST(ThreadChoice, SaysWhenSeveralHaveTheHighestPriority) {
  auto threads = kJackd;
  threads.push_back(thread(104, "audio2", SchedulingPolicy::kFifo, 70));
  const auto choice = choose_thread(threads, 100, "");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->thread.id, 102);
  EXPECT_NE(choice->reason.find("first of 2"), std::string::npos);
}

TEST(ThreadChoice, WithoutRealTimeThreadsTakesTheMainThreadAndSaysSo) {
  const auto choice = choose_thread({thread(100, "a"), thread(101, "b")}, 100, "");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->thread.id, 100);
  EXPECT_NE(choice->reason.find("no thread is real-time"), std::string::npos);
}

TEST(ThreadChoice, FindsAThreadByIdAndByName) {
  EXPECT_EQ(choose_thread(kJackd, 100, "103")->thread.id, 103);
  EXPECT_EQ(choose_thread(kJackd, 100, "messages")->thread.id, 101);
}

TEST(ThreadChoice, UnknownNameListsTheThreads) {
  const auto choice = choose_thread(kJackd, 100, "x");
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().kind, ErrorKind::kUsage);
  EXPECT_NE(choice.error().what.find("102 audio"), std::string::npos);
}

TEST(ThreadChoice, AmbiguousNameAsksForAnId) {
  const auto choice = choose_thread(kJackd, 100, "jackd");
  ASSERT_FALSE(choice);
  EXPECT_NE(choice.error().what.find("100 jackd, 103 jackd"), std::string::npos);
}

TEST(ThreadChoice, NoThreadsAtAllIsAnError) {
  const auto choice = choose_thread({}, 100, "");
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace holdfast
