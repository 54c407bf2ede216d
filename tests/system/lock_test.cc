// SPDX-License-Identifier: MIT
// Locking against a real kernel: what is granted is really locked, and every refusal is reported.
#include "act/lock.h"

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "act/lock_budget.h"
#include "act/own_ranges.h"

namespace holdfast::act {
namespace {

constexpr size_t kMiB = 1024 * 1024;

MemoryRange map_memory(size_t size_bytes) {
  void* memory =
      mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return {reinterpret_cast<uintptr_t>(memory), size_bytes, "test"};
}

/// Runs `body` as a user without privileges and with a lock limit of 8 MiB.
template <class Body>
bool holds_for_nobody(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    constexpr rlimit kLimit = {8 * kMiB, 8 * kMiB};
    const bool is_nobody = setrlimit(RLIMIT_MEMLOCK, &kLimit) == 0 && setgroups(0, nullptr) == 0 &&
                           setgid(65534) == 0 && setuid(65534) == 0;
    _exit(is_nobody && body() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Lock, PartsOfPagesLockWholePagesAndSharedPagesCountOnce) {
  const MemoryRange memory = map_memory(3 * 4096);
  const std::array<MemoryRange, 2> ranges = {MemoryRange{memory.begin + 4000, 200, "edge"},
                                             MemoryRange{memory.begin + 5000, 8, "same page"}};
  const LockOutcome outcome = lock_ranges(ranges);
  EXPECT_TRUE(outcome.refused.empty());
  EXPECT_EQ(outcome.locked_bytes, 2U * 4096);
  munmap(reinterpret_cast<void*>(memory.begin), memory.size_bytes);
}

TEST(Lock, HoleIsRefusedAndTheRestIsLockedAllTheSame) {
  const MemoryRange memory = map_memory(4096);
  const std::array<MemoryRange, 2> ranges = {MemoryRange{4096, 4096, "nothing there"}, memory};
  const LockOutcome outcome = lock_ranges(ranges);
  ASSERT_EQ(outcome.refused.size(), 1U);
  EXPECT_EQ(outcome.refused[0].system_errno, ENOMEM);
  EXPECT_STREQ(outcome.refused[0].range.name, "nothing there");
  EXPECT_EQ(outcome.locked_bytes, 4096U);
  munmap(reinterpret_cast<void*>(memory.begin), memory.size_bytes);
}

TEST(Lock, RefusalBeyondTheLimitIsReportedToNobody) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become a user with a limit of 8 MiB";
  EXPECT_TRUE(holds_for_nobody([] {
    const std::array<MemoryRange, 2> ranges = {map_memory(6 * kMiB), map_memory(6 * kMiB)};
    const LockOutcome outcome = lock_ranges(ranges);
    return outcome.locked_bytes == 6 * kMiB && outcome.refused.size() == 1 &&
           outcome.refused[0].system_errno == ENOMEM && !read_lock_budget().is_unlimited &&
           *read_own_locked_bytes() == static_cast<int64_t>(6 * kMiB);
  }));
}

TEST(OwnRanges, HoldTheCodeConstantsAndDataOfThisProgram) {
  static int data = 1;
  const auto holds = [](const std::vector<MemoryRange>& ranges, const void* address) {
    const auto at = reinterpret_cast<uintptr_t>(address);
    for (const MemoryRange& range : ranges) {
      if (at >= range.begin && at < range.end()) return true;
    }
    return false;
  };
  EXPECT_TRUE(holds(own_data_segments(Objects::kProgram), &data));
  EXPECT_TRUE(holds(own_constant_segments(Objects::kProgram), "a literal"));
  EXPECT_TRUE(holds(own_segments(Objects::kProgram), reinterpret_cast<const void*>(&map_memory)));
  EXPECT_TRUE(holds(own_segments(Objects::kAll), reinterpret_cast<const void*>(&getppid)));
  EXPECT_FALSE(holds(own_segments(Objects::kProgram), reinterpret_cast<const void*>(&getppid)));
}

}  // namespace
}  // namespace holdfast::act
