// SPDX-License-Identifier: MIT
// The lines that a look at a process gives, against recorded files and against this very process.
#include "probe/address_space_linux.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "core/address_space.h"
#include "tests/support/child_process.h"
#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

using Lines = std::vector<std::string>;

bool has(const Lines& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

void take(AddressSpace& space, const Result<Lines>& lines) {
  ASSERT_TRUE(lines) << lines.error().what;
  for (const std::string& line : *lines) space.take_line(line);
  EXPECT_EQ(space.bad_lines(), 0U);
}

AddressSpace space_of(const Result<Lines>& lines) {
  AddressSpace space;
  take(space, lines);
  return space;
}

uint32_t own_tid() {
  return static_cast<uint32_t>(syscall(SYS_gettid));
}

template <class Object>
PageOwner owner_in(const AddressSpace& space, const Object* object) {
  return space.owner_of(reinterpret_cast<uintptr_t>(object), own_tid());
}

int g_state = 1;
const int kConstants[4] = {1, 2, 3, 4};

TEST(AddressSpaceLines, TellARecordedProcessWhole) {
  const auto lines = probe::read_address_space(test::kFixtureProcess, test::kFixtureRoot);
  ASSERT_TRUE(lines) << lines.error().what;
  EXPECT_EQ(lines->at(0), "maps 21730");
  EXPECT_EQ(lines->at(1), "program /usr/bin/audio-editor");
  EXPECT_TRUE(has(*lines, "map 55f66d677000 55f66d678000 r-xp 1000 - /usr/bin/audio-editor"));
  EXPECT_TRUE(has(*lines, "map 7f7192b92000 7f7192ba2000 rw-p 0 -"));
  EXPECT_TRUE(has(*lines, "thread 21731 audio (in) R 1"));
  EXPECT_TRUE(has(*lines, "stack 21730 7fffd9394000 7fffd9b94000"));
  EXPECT_EQ(lines->size(), 2U + 39 + 4 + 1);
}

TEST(AddressSpaceLines, NameTheMemoryOfThisProcess) {
  const AddressSpace space = space_of(probe::read_address_space(getpid()));
  const int on_stack = 0;
  EXPECT_EQ(owner_in(space, &on_stack).role, MemoryRole::kStack);
  EXPECT_EQ(owner_in(space, &on_stack).of, space.thread_name(own_tid()));
  EXPECT_EQ(owner_in(space, &g_state).role, MemoryRole::kData);
  EXPECT_EQ(owner_in(space, kConstants).role, MemoryRole::kConstants);
  const auto* const code = reinterpret_cast<const char*>(&own_tid);
  EXPECT_EQ(owner_in(space, code).role, MemoryRole::kText);
  EXPECT_EQ(owner_in(space, code).mapping, "system_address_space");
  EXPECT_EQ(owner_in(space, code).build_id.size(), 40U);  // SHA-1
  EXPECT_EQ(owner_in(space, reinterpret_cast<const char*>(&getpid)).role, MemoryRole::kLibraryText);
}

TEST(AddressSpaceLines, AStackOfAnotherProcessIsFoundByItsStackPointer) {
  test::Child child([](char) {
    const int on_stack = 0;
    static_cast<void>(on_stack);
    return 'a';
  });
  ASSERT_EQ(child.ask('a'), 'a');
  const auto line = probe::read_stack_line(child.pid(), child.pid());
  ASSERT_TRUE(line) << line.error().what;
  AddressSpace space;
  space.take_line(*line);
  const int on_stack = 0;  // the child is a copy of this process
  EXPECT_EQ(owner_in(space, &on_stack).role, MemoryRole::kStack);
}

TEST(AddressSpaceWatch, IsSilentUntilTheMappingsChange) {
  auto watch = probe::AddressSpaceWatch::open(test::kFixtureProcess, test::kFixtureRoot);
  ASSERT_TRUE(watch);
  EXPECT_FALSE(watch->changes()->empty());
  EXPECT_TRUE(watch->changes()->empty());
}

TEST(AddressSpaceWatch, TellsANewMapping) {
  auto watch = probe::AddressSpaceWatch::open(getpid());
  ASSERT_TRUE(watch);
  AddressSpace space = space_of(watch->changes());
  void* const area = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(area, MAP_FAILED);
  take(space, watch->changes());
  EXPECT_EQ(owner_in(space, static_cast<char*>(area)).role, MemoryRole::kSharedMemory);
  munmap(area, 4096);
  take(space, watch->changes());
  EXPECT_EQ(owner_in(space, static_cast<char*>(area)).role, MemoryRole::kSharedMemory);  // still
}

TEST(AddressSpaceWatch, FollowsAProcessThatBecomesAnotherProgram) {
  test::Child child([](char command) {
    if (command == 'x') execl("/bin/sleep", "sleep", "30", nullptr);
    return 'a';
  });
  ASSERT_EQ(child.ask('a'), 'a');
  auto watch = probe::AddressSpaceWatch::open(child.pid());
  ASSERT_TRUE(watch);
  ASSERT_TRUE(watch->changes());
  EXPECT_EQ(child.ask('x'), 0);  // its pipes close with exec
  const auto lines = watch->changes();
  ASSERT_TRUE(lines) << lines.error().what;
  EXPECT_NE(lines->at(1).find("/sleep"), std::string::npos) << lines->at(1);
}

TEST(AddressSpaceWatch, SaysWhenTheProcessHasEnded) {
  test::Child child([](char) { return 'a'; });
  ASSERT_EQ(child.ask('a'), 'a');
  auto watch = probe::AddressSpaceWatch::open(child.pid());
  ASSERT_TRUE(watch);
  child.end();
  const auto lines = watch->changes();
  ASSERT_FALSE(lines);
  EXPECT_EQ(lines.error().kind, ErrorKind::kUnavailable);
}

TEST(AddressSpaceWatch, NoSuchProcessIsUnavailable) {
  const auto watch = probe::AddressSpaceWatch::open(4194305);
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace holdfast
