// SPDX-License-Identifier: MIT
// The residency probe against the truth: children map memory, push pages out of it, and touch them
// again; the kernel's fault counts say who is right. Leaves nothing behind: files and children
// end with their test.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "core/proc_smaps.h"
#include "probe/file_descriptor.h"
#include "probe/page_returns_linux.h"
#include "probe/proc_file_linux.h"
#include "probe/process_linux.h"
#include "probe/residency_linux.h"
#include "probe/thread_faults_linux.h"
#include "probe/watch_target_linux.h"
#include "tests/support/child_process.h"
#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

using test::Child;

constexpr uid_t kNobody = 65534;
constexpr size_t kPages = 64;

size_t area_bytes() {
  return kPages * probe::page_bytes();
}

void touch_page(const unsigned char* page) {
  static_cast<void>(*static_cast<const volatile unsigned char*>(page));
}

void touch(const unsigned char* area) {
  for (size_t page = 0; page < kPages; ++page) touch_page(area + page * probe::page_bytes());
}

/// Reads the pages that are in RAM, so that they are mapped: only those can be pushed out.
void map_what_is_in_core(const unsigned char* area, const std::vector<unsigned char>& in_core) {
  for (size_t page = 0; page < in_core.size(); ++page) {
    if ((in_core[page] & 1) != 0) touch_page(area + page * probe::page_bytes());
  }
}

/// Pushes the area out; pages that were just written need some tries.
char push_out(unsigned char* area) {
  std::vector<unsigned char> in_core(kPages, 1);
  const auto begin = reinterpret_cast<uintptr_t>(area);
  for (int attempt = 0; attempt < 100; ++attempt) {
    map_what_is_in_core(area, in_core);
    if (madvise(area, area_bytes(), MADV_PAGEOUT) != 0) return 'n';
    if (!probe::read_own_core(begin, area_bytes(), in_core)) return 'n';
    const bool is_empty = std::none_of(in_core.begin(), in_core.end(),
                                       [](unsigned char page) { return (page & 1) != 0; });
    if (is_empty) return 'y';
    usleep(10'000);
  }
  return 'n';
}

/// 't': touch, 'o': push out.
std::function<char(char)> obey_with(unsigned char* area) {
  return [area](char command) {
    if (command == 'o') return push_out(area);
    touch(area);
    return 'y';
  };
}

/// A file of kPages on a disk, mapped privately, readable for all; removed with this object. On
/// tmpfs, whose pages have no disk to go to, area() is nullptr.
class MappedFile {
 public:
  MappedFile() {
    constexpr int kTmpfs = 0x01021994;
    const probe::FileDescriptor file(mkostemp(name_, O_CLOEXEC));
    struct statfs where = {};
    if (fstatfs(file.number(), &where) != 0 || where.f_type == kTmpfs) return;
    fchmod(file.number(), 0644);
    const std::vector<char> content(area_bytes(), 'x');
    if (write(file.number(), content.data(), content.size()) < 0) return;
    fsync(file.number());  // dirty pages do not leave
    void* const area = mmap(nullptr, area_bytes(), PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (area != MAP_FAILED) area_ = static_cast<unsigned char*>(area);
  }
  ~MappedFile() {
    if (area_ != nullptr) munmap(area_, area_bytes());
    unlink(name_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] unsigned char* area() const { return area_; }

 private:
  char name_[48] = "/var/tmp/holdfast-watch-test-XXXXXX";
  unsigned char* area_ = nullptr;
};

/// The mapping of `pid` that holds `address`, as a region.
Result<Region> region_at(pid_t pid, const void* address) {
  HF_TRY_ASSIGN(const auto mappings, probe::read_mappings(pid));
  const Mapping* const mapping = find_mapping(mappings, reinterpret_cast<uintptr_t>(address));
  if (mapping == nullptr) return Error{ErrorKind::kBadData, 0, "not mapped"};
  return Region{RegionKind::kFile, "area", {*mapping}, true};
}

/// What the probe says about the area at `address`, which may be part of a larger mapping.
PageCounts counts_at(pid_t pid, const unsigned char* address) {
  auto region = region_at(pid, address);
  EXPECT_TRUE(region);
  if (!region) return {};
  Mapping& part = region->parts.at(0);
  const auto begin = reinterpret_cast<uintptr_t>(address);
  part.begin = begin;
  part.end = begin + area_bytes();
  auto residency = probe::ResidencyProbe::open(pid, {*region});
  EXPECT_TRUE(residency);
  std::vector<PageState> pages;
  if (!residency || !residency->read(0, pages)) return {};
  return count_pages(pages);
}

int64_t major_faults_of(pid_t pid) {
  const auto faults = probe::read_thread_faults(pid, pid);
  EXPECT_TRUE(faults);
  return faults ? faults->major : 0;
}

bool has_swap() {
  const auto swaps = probe::read_proc_file("/proc/swaps");
  return swaps && std::count(swaps->begin(), swaps->end(), '\n') > 1;
}

TEST(Watch, FilePagesThatLeaveAreSeenInAnotherProcess) {
  const MappedFile file;
  unsigned char* const area = file.area();
  if (area == nullptr) GTEST_SKIP() << "/var/tmp is not on a disk";
  Child child(obey_with(area));
  ASSERT_EQ(child.ask('t'), 'y');
  EXPECT_EQ(counts_at(child.pid(), area).of(PageState::kResident), kPages);
  ASSERT_EQ(child.ask('o'), 'y');
  EXPECT_EQ(counts_at(child.pid(), area).of(PageState::kNotResident), kPages);
  const int64_t before = major_faults_of(child.pid());
  ASSERT_EQ(child.ask('t'), 'y');
  EXPECT_GT(major_faults_of(child.pid()), before) << "the pages were not really out";
  EXPECT_EQ(counts_at(child.pid(), area).of(PageState::kResident), kPages);
}

TEST(Watch, PageThatCameBackIsNamedWithoutAnyEvent) {
  const MappedFile file;
  unsigned char* const area = file.area();
  if (area == nullptr) GTEST_SKIP() << "/var/tmp is not on a disk";
  Child child(obey_with(area));
  ASSERT_EQ(child.ask('t'), 'y');
  auto returns = probe::PageReturns::open(child.pid(), child.pid(), std::nullopt);
  ASSERT_TRUE(returns);
  const auto is_in_area = [&](const Record& record) {
    const auto fault = record_cast<FaultRecord>(record);
    const auto begin = reinterpret_cast<uintptr_t>(area);
    return fault.head.flags == kFaultHasNoBegin && fault.address >= begin &&
           fault.address < begin + area_bytes();
  };
  std::vector<Record> found;
  returns->look(found);
  ASSERT_EQ(child.ask('o'), 'y');
  returns->look(found);
  EXPECT_EQ(std::count_if(found.begin(), found.end(), is_in_area), 0);
  ASSERT_EQ(child.ask('t'), 'y');
  returns->look(found);
  EXPECT_EQ(std::count_if(found.begin(), found.end(), is_in_area), 1);
}

TEST(Watch, LookingBringsNoPageIn) {
  const MappedFile file;
  unsigned char* const area = file.area();
  if (area == nullptr) GTEST_SKIP() << "/var/tmp is not on a disk";
  Child child(obey_with(area));
  ASSERT_EQ(child.ask('o'), 'y');
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(counts_at(child.pid(), area).of(PageState::kNotResident), kPages);
  }
}

TEST(Watch, AnonymousPagesInSwapAreSeenInAnotherProcess) {
  if (!has_swap()) GTEST_SKIP() << "no swap: anonymous pages cannot leave";
  void* const memory =
      mmap(nullptr, area_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* const area = static_cast<unsigned char*>(memory);
  Child child([area](char command) {
    if (command == 'w') std::fill_n(area, area_bytes(), static_cast<unsigned char>(7));
    if (command == 'o') madvise(area, area_bytes(), MADV_PAGEOUT);
    if (command == 't') touch(area);
    return 'y';
  });
  EXPECT_EQ(counts_at(child.pid(), area).of(PageState::kUntouched), kPages);
  ASSERT_EQ(child.ask('w'), 'y');
  EXPECT_EQ(counts_at(child.pid(), area).of(PageState::kResident), kPages);
  ASSERT_EQ(child.ask('o'), 'y');
  EXPECT_GT(counts_at(child.pid(), area).of(PageState::kSwapped), kPages / 2);
  ASSERT_EQ(child.ask('t'), 'y');
  EXPECT_EQ(counts_at(child.pid(), area).of(PageState::kSwapped), 0U);
  munmap(area, area_bytes());
}

/// All pages are in this state, as the probe sees them in this process.
bool are_all(PageState state, const unsigned char* area) {
  const auto region = region_at(getpid(), area);
  if (!region) return false;
  auto residency = probe::ResidencyProbe::open(getpid(), {*region});
  std::vector<PageState> pages;
  if (!residency || !residency->read(0, pages)) return false;
  return count_pages(pages).of(state) == kPages && !residency->limitations().empty();
}

bool mincore_claims_all(const unsigned char* area) {
  std::vector<unsigned char> in_core;
  probe::read_own_core(reinterpret_cast<uintptr_t>(area), area_bytes(), in_core);
  return std::all_of(in_core.begin(), in_core.end(), [](unsigned char page) { return page == 1; });
}

bool become_nobody() {
  // setuid() makes /proc/self root's; only a dumpable process may read its own pagemap.
  return setgid(kNobody) == 0 && setuid(kNobody) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0;
}

TEST(Watch, MincoresClaimAboutForeignFilesIsNotBelieved) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  const MappedFile file;
  unsigned char* const area = file.area();
  if (area == nullptr) GTEST_SKIP() << "/var/tmp is not on a disk";
  Child child([area](char command) {
    switch (command) {
      case 'o':
        return push_out(area);
      case 'd':
        return become_nobody() ? 'y' : 'n';
      case 'm':
        return mincore_claims_all(area) ? 'y' : 'n';
      default:
        return are_all(PageState::kUnknown, area) ? 'y' : 'n';
    }
  });
  ASSERT_EQ(child.ask('o'), 'y');
  EXPECT_EQ(child.ask('m'), 'n') << "to its owner mincore tells the truth";
  ASSERT_EQ(child.ask('d'), 'y');
  EXPECT_EQ(child.ask('m'), 'y') << "this kernel lies no more: see judge_page in core/residency.h";
  EXPECT_EQ(child.ask('p'), 'y');
}

TEST(Watch, ForeignProcessIsRefusedWithWhatToDo) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  Child root([](char) { return 'y'; });
  Child nobody([&root](char) {
    if (!become_nobody()) return 'n';
    const auto target = probe::read_watch_target(root.pid(), "");
    const bool is_explained = !target && target.error().kind == ErrorKind::kUnavailable &&
                              target.error().what.find("or as root") != std::string::npos;
    return is_explained ? 'y' : 'n';
  });
  EXPECT_EQ(nobody.ask('r'), 'y');
}

TEST(Watch, EndOfTheProcessIsNoticed) {
  Child child([](char) { return 'y'; });
  ASSERT_EQ(child.ask('x'), 'y');
  auto target = probe::read_watch_target(child.pid(), "");
  ASSERT_TRUE(target);
  auto residency = probe::ResidencyProbe::open(child.pid(), target->regions);
  ASSERT_TRUE(residency);
  std::vector<PageState> pages;
  EXPECT_TRUE(residency->read(0, pages));
  const pid_t pid = child.pid();
  child.end();
  const auto after = residency->read(0, pages);
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().system_errno, ESRCH);
  const auto again = probe::read_watch_target(pid, "");
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().what.find("it has ended, or never was"), std::string::npos);
}

/// A thread called "audio" that waits, and where its stack really is.
struct AudioThread {
  pthread_t thread = {};
  uintptr_t on_stack = 0;
  bool is_realtime = false;

  static void* wait_for_ever(void* self) {
    volatile char local = 0;
    auto* const audio = static_cast<AudioThread*>(self);
    const sched_param priority = {30};
    audio->is_realtime = sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &priority) == 0;
    pthread_setname_np(pthread_self(), "audio");
    __atomic_store_n(&audio->on_stack, reinterpret_cast<uintptr_t>(&local), __ATOMIC_SEQ_CST);
    for (;;) pause();
  }
};

/// In memory that parent and child share.
AudioThread* shared_audio_thread() {
  void* const memory =
      mmap(nullptr, sizeof(AudioThread), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return new (memory) AudioThread();
}

char start_audio_thread(AudioThread* audio) {
  pthread_create(&audio->thread, nullptr, &AudioThread::wait_for_ever, audio);
  while (__atomic_load_n(&audio->on_stack, __ATOMIC_SEQ_CST) == 0) usleep(1000);
  return 'y';
}

TEST(Watch, StackOfAnotherProcessesThreadIsFound) {
  AudioThread* const audio = shared_audio_thread();
  Child child([audio](char) { return start_audio_thread(audio); });
  ASSERT_EQ(child.ask('s'), 'y');
  const auto target = probe::read_watch_target(child.pid(), "audio");
  ASSERT_TRUE(target) << target.error().what;
  if (!target->missing.empty()) GTEST_SKIP() << target->missing[0].why;
  const Region& stack = target->regions.at(0);
  EXPECT_EQ(stack.name, "stack of audio");
  EXPECT_TRUE(std::any_of(stack.parts.begin(), stack.parts.end(),
                          [&](const Mapping& part) { return part.contains(audio->on_stack); }));
  munmap(audio, sizeof *audio);
}

TEST(Watch, RealTimeThreadIsFoundByItself) {
  AudioThread* const audio = shared_audio_thread();
  Child child([audio](char) { return start_audio_thread(audio); });
  ASSERT_EQ(child.ask('s'), 'y');
  if (!audio->is_realtime) GTEST_SKIP() << "real-time scheduling is not allowed here";
  const auto target = probe::read_watch_target(child.pid(), "");
  ASSERT_TRUE(target) << target.error().what;
  EXPECT_EQ(target->choice.thread.name, "audio");
  EXPECT_EQ(target->choice.thread.policy, SchedulingPolicy::kRoundRobin);
  EXPECT_EQ(target->choice.thread.rt_priority, 30);
  EXPECT_EQ(target->choice.reason, "the only real-time thread");
  munmap(audio, sizeof *audio);
}

TEST(Watch, LockedMemoryIsFoundByItsMapping) {
  void* const area =
      mmap(nullptr, area_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(area, MAP_FAILED);
  Child child([area](char) {
    // Not mlock(): under a sanitizer that is an empty function.
    return syscall(SYS_mlock, area, area_bytes()) == 0 ? 'y' : 'n';
  });
  if (child.ask('l') != 'y') GTEST_SKIP() << "RLIMIT_MEMLOCK is too small";
  const auto target = probe::read_watch_target(child.pid(), "");
  ASSERT_TRUE(target) << target.error().what;
  ASSERT_TRUE(target->locked);
  const MemoryRange range = {reinterpret_cast<uintptr_t>(area), area_bytes(), ""};
  EXPECT_EQ(locked_bytes_of(range, *target->locked), area_bytes());
  EXPECT_EQ(target->status.locked_bytes, static_cast<int64_t>(area_bytes()));
  munmap(area, area_bytes());
}

TEST(Watch, RecordedProcessGivesTheSameTargetEveryTime) {
  const auto target =
      probe::read_watch_target(test::kFixtureProcess, "", std::nullopt, test::kFixtureRoot);
  ASSERT_TRUE(target) << target.error().what;
  EXPECT_EQ(target->choice.thread.id, test::kFixtureAudioThread);
  EXPECT_EQ(target->regions.at(0).name, "stack of audio (in) R 1");
  EXPECT_EQ(target->regions.at(0).size_bytes(), size_t{8} << 20);
  EXPECT_EQ(target->regions.at(1).name, "program text");
  ASSERT_TRUE(target->locked);
  EXPECT_EQ(target->locked->size(), 1U);
  EXPECT_TRUE(target->missing.empty());
}

}  // namespace
}  // namespace holdfast
