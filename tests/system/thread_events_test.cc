// SPDX-License-Identifier: MIT
// What the kernel really tells about a thread: threads of this test fault and sleep on command, and
// the records must say so. Where perf events are forbidden the tests SKIP with the reason.
#include "probe/thread_events_linux.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"
#include "tests/support/child_process.h"

namespace holdfast {
namespace {

using probe::EventAccess;
using probe::ThreadEvents;

constexpr uid_t kNobody = 65534;

/// A thread that does one thing after the other, and waits in between.
class Worker {
 public:
  Worker() : thread_([this] { serve(); }) { tid_ = started_.get_future().get(); }
  ~Worker() { end(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] int tid() const { return tid_; }
  void run(const std::function<void()>& work) {
    work_ = work;
    command('w');
  }
  void end() {
    if (!thread_.joinable()) return;
    command('e');
    thread_.join();
  }

 private:
  /// Pipes: a promise would take faults of its own.
  void command(char letter) {
    if (write(down_[1], &letter, 1) != 1 || read(up_[0], &letter, 1) != 1) ADD_FAILURE();
  }
  void serve() {
    if (pipe2(down_, O_CLOEXEC) != 0 || pipe2(up_, O_CLOEXEC) != 0) ADD_FAILURE();
    started_.set_value(gettid());
    for (char letter = 0; letter != 'e' && read(down_[0], &letter, 1) == 1;) {
      if (letter == 'w') work_();
      if (write(up_[1], &letter, 1) != 1) ADD_FAILURE();
    }
  }

  int down_[2] = {-1, -1};
  int up_[2] = {-1, -1};
  std::function<void()> work_;
  std::promise<int> started_;
  int tid_ = 0;
  std::thread thread_;  // last: it uses the others
};

/// New anonymous memory that no huge page fills.
class NewPages {
 public:
  explicit NewPages(size_t count) : size_bytes_(count * probe::page_bytes()) {
    memory_ =
        mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(memory_, size_bytes_, MADV_NOHUGEPAGE);
  }
  ~NewPages() { munmap(memory_, size_bytes_); }
  NewPages(const NewPages&) = delete;
  NewPages& operator=(const NewPages&) = delete;

  [[nodiscard]] volatile unsigned char* page(size_t index) const {
    return static_cast<unsigned char*>(memory_) + index * probe::page_bytes();
  }
  [[nodiscard]] uint64_t address(size_t index) const {
    return reinterpret_cast<uint64_t>(page(index));
  }

 private:
  size_t size_bytes_;
  void* memory_;
};

void sleep_for(Nanos time) {
  const timespec duration = {time.count / kSecond.count, time.count % kSecond.count};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, nullptr);
}

std::vector<FaultRecord> faults_at(const std::vector<Record>& records, uint64_t address) {
  std::vector<FaultRecord> found;
  for (const Record& record : records) {
    if (record.head.kind != RecordKind::kFault) continue;
    const auto fault = record_cast<FaultRecord>(record);
    if (fault.address == address) found.push_back(fault);
  }
  return found;
}

template <class Kind>
std::vector<Kind> all_of(const std::vector<Record>& records, RecordKind kind) {
  std::vector<Kind> found;
  for (const Record& record : records) {
    if (record.head.kind == kind) found.push_back(record_cast<Kind>(record));
  }
  return found;
}

OffCpuRecord longest_off_cpu(const std::vector<Record>& records) {
  OffCpuRecord longest;
  for (const auto& record : all_of<OffCpuRecord>(records, RecordKind::kOffCpu)) {
    const int64_t length_ns = record.end_ns - record.head.mono_ns;
    if (length_ns > longest.end_ns - longest.head.mono_ns) longest = record;
  }
  return longest;
}

std::vector<Record> drained(ThreadEvents& events) {
  std::vector<Record> records;
  events.drain(records);
  return records;
}

/// A worker under observation.
class ThreadEventsTest : public testing::Test {
 protected:
  void SetUp() override { open({}); }

  void open(const ThreadEvents::Options& options) {
    auto opened = ThreadEvents::open(worker_.tid(), options);
    if (!opened) GTEST_SKIP() << opened.error().what;
    events_ = std::make_unique<ThreadEvents>(std::move(*opened));
  }

  Worker worker_;
  std::unique_ptr<ThreadEvents> events_;
};

TEST_F(ThreadEventsTest, FirstTouchIsAMinorFaultAtItsAddress) {
  const NewPages memory(1);
  const Nanos before = probe::monotonic_now();
  worker_.run([&] { memory.page(0)[24] = 1; });
  const Nanos after = probe::monotonic_now();
  const auto faults = faults_at(drained(*events_), memory.address(0) + 24);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].head.flags, 0);
  EXPECT_EQ(faults[0].thread, static_cast<uint32_t>(worker_.tid()));
  EXPECT_GE(faults[0].head.mono_ns, before.count);
  EXPECT_GT(faults[0].end_ns, faults[0].head.mono_ns);
  EXPECT_LE(faults[0].end_ns, after.count);
  EXPECT_NE(faults[0].instruction, 0U);
}

TEST_F(ThreadEventsTest, PageThatIsThereTakesNoFault) {
  const NewPages memory(1);
  worker_.run([&] { memory.page(0)[0] = 1; });
  drained(*events_);
  worker_.run([&] { memory.page(0)[0] = 2; });
  EXPECT_TRUE(faults_at(drained(*events_), memory.address(0)).empty());
}

/// A page of a file that is on the disk only; nullptr where there is no disk.
const volatile unsigned char* map_page_on_disk() {
  constexpr int kTmpfs = 0x01021994;
  char name[] = "/var/tmp/holdfast-thread-events-XXXXXX";
  const probe::FileDescriptor file(mkostemp(name, O_CLOEXEC));
  unlink(name);
  struct statfs where = {};
  if (fstatfs(file.number(), &where) != 0 || where.f_type == kTmpfs) return nullptr;
  const std::vector<char> content(probe::page_bytes(), 'x');
  if (write(file.number(), content.data(), content.size()) < 0) return nullptr;
  fsync(file.number());  // dirty pages do not leave
  posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED);
  void* const page = mmap(nullptr, content.size(), PROT_READ, MAP_PRIVATE, file.number(), 0);
  return page == MAP_FAILED ? nullptr : static_cast<unsigned char*>(page);
}

TEST_F(ThreadEventsTest, PageFromDiskIsAMajorFaultWithASleepInside) {
  const volatile unsigned char* const page = map_page_on_disk();
  if (page == nullptr) GTEST_SKIP() << "/var/tmp is not on a disk";
  worker_.run([&] { static_cast<void>(*page); });
  const auto records = drained(*events_);
  const auto faults = faults_at(records, reinterpret_cast<uint64_t>(page));
  munmap(const_cast<unsigned char*>(page), probe::page_bytes());
  ASSERT_EQ(faults.size(), 1U);
  if (faults[0].head.flags == 0) GTEST_SKIP() << "the page did not leave memory";
  EXPECT_EQ(faults[0].head.flags, kFaultIsMajor);
  const auto sleeps = all_of<OffCpuRecord>(records, RecordKind::kOffCpu);
  EXPECT_TRUE(std::any_of(sleeps.begin(), sleeps.end(), [&](const OffCpuRecord& sleep) {
    return sleep.head.mono_ns > faults[0].head.mono_ns && sleep.end_ns < faults[0].end_ns;
  }));
}

TEST_F(ThreadEventsTest, FaultInTheKernelIsSeenWhereThatIsAllowed) {
  const NewPages memory(1);
  const int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  worker_.run([&] {
    if (read(zero, const_cast<unsigned char*>(memory.page(0)), 8) != 8) ADD_FAILURE();
  });
  close(zero);
  const auto faults = faults_at(drained(*events_), memory.address(0));
  const bool is_allowed = events_->access() == EventAccess::kUserAndKernel;
  ASSERT_EQ(faults.size(), is_allowed ? 1U : 0U);
  if (is_allowed) {
    EXPECT_EQ(faults[0].head.flags, kFaultIsInKernel);
  }
}

TEST_F(ThreadEventsTest, SleepIsAnIntervalOffTheProcessor) {
  constexpr Nanos kSleep = kMillisecond * 20;
  worker_.run([&] { sleep_for(kSleep); });
  const OffCpuRecord record = longest_off_cpu(drained(*events_));
  EXPECT_EQ(record.head.flags & kOffCpuIsPreempted, 0);
  EXPECT_GT(record.end_ns - record.head.mono_ns, (kSleep - kMillisecond).count);
  EXPECT_EQ(record.thread, static_cast<uint32_t>(worker_.tid()));
}

TEST_F(ThreadEventsTest, ThreadThatWaitsIsKnownToBeAway) {
  worker_.run([] {});
  Nanos since;
  for (int i = 0; i < 1000 && since == Nanos(); ++i) {  // until it is back in read()
    sleep_for(kMillisecond);
    drained(*events_);
    since = events_->off_cpu_since();
  }
  EXPECT_GT(since, Nanos());
  EXPECT_LT(since, probe::monotonic_now());
}

/// Confines the calling thread to the first processor it may use, and makes it real-time. False
/// where that is not allowed.
bool become_realtime(int priority) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return false;
  size_t processor = 0;
  while (!CPU_ISSET(processor, &allowed)) ++processor;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  const sched_param parameter = {priority};
  return sched_setaffinity(0, sizeof only, &only) == 0 &&
         sched_setscheduler(0, SCHED_FIFO, &parameter) == 0;
}

void spin_for(Nanos time) {
  const Nanos end = probe::monotonic_now() + time;
  while (probe::monotonic_now() < end) {
  }
}

// Both are real-time: else, on a busy machine, others may come between the rival and the return.
// The rival is so first: it could not become so while the worker holds the processor.
TEST_F(ThreadEventsTest, PreemptionNamesWhoRanInstead) {
  if (!events_->names_others()) GTEST_SKIP() << "needs CAP_PERFMON, to see other threads";
  Worker rival;
  bool is_realtime = true;
  rival.run([&] { is_realtime = become_realtime(2); });
  if (is_realtime) worker_.run([&] { is_realtime = become_realtime(1); });
  if (!is_realtime) GTEST_SKIP() << "real-time scheduling is not allowed here";
  std::atomic<bool> is_begun = false;
  std::thread driver([&] {
    rival.run([&] {
      is_begun = true;
      for (int i = 0; i < 10; ++i) {
        sleep_for(kMillisecond * 4);
        spin_for(kMillisecond);
      }
    });
  });
  while (!is_begun) sleep_for(kMillisecond);
  worker_.run([&] { spin_for(kMillisecond * 40); });
  driver.join();
  const auto records = all_of<OffCpuRecord>(drained(*events_), RecordKind::kOffCpu);
  const auto blamed =
      std::count_if(records.begin(), records.end(), [&](const OffCpuRecord& record) {
        return record.instead == static_cast<uint32_t>(rival.tid()) &&
               record.head.flags == kOffCpuIsPreempted &&
               record.instead_since_ns >= record.head.mono_ns - kMillisecond.count &&
               record.instead_since_ns < record.end_ns;
      });
  EXPECT_GT(blamed, 0);
}

TEST_F(ThreadEventsTest, NothingIsLostInARingThatIsLargeEnough) {
  constexpr size_t kPages = 1000;
  const NewPages memory(kPages);
  worker_.run([&] {
    for (size_t i = 0; i < kPages; ++i) memory.page(i)[0] = 1;
  });
  const auto records = drained(*events_);
  for (size_t i = 0; i < kPages; ++i) {
    ASSERT_EQ(faults_at(records, memory.address(i)).size(), 1U) << i;
  }
  EXPECT_TRUE(all_of<LostRecord>(records, RecordKind::kLost).empty());
}

TEST_F(ThreadEventsTest, AnotherObserverOfTheThreadTakesNothingAway) {
  auto other = ThreadEvents::open(worker_.tid(), {});
  ASSERT_TRUE(other) << other.error().what;
  const NewPages memory(2);
  worker_.run([&] {
    memory.page(0)[0] = 1;
    memory.page(1)[0] = 1;
  });
  for (ThreadEvents* events : {events_.get(), &*other}) {
    const auto records = drained(*events);
    EXPECT_EQ(faults_at(records, memory.address(0)).size(), 1U);
    EXPECT_EQ(faults_at(records, memory.address(1)).size(), 1U);
    EXPECT_TRUE(all_of<LostRecord>(records, RecordKind::kLost).empty());
  }
}

TEST_F(ThreadEventsTest, FaultsTimedByAnotherObserversClockAreLostNotMisplaced) {
  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_SW_PAGE_FAULTS;
  attributes.sample_period = 1;
  attributes.sample_type = PERF_SAMPLE_TIME;
  attributes.exclude_kernel = 1;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_REALTIME;
  auto event = probe::open_perf_event(attributes, worker_.tid(), -1, -1);
  ASSERT_TRUE(event) << event.error().what;
  const auto ring = probe::PerfRing::open(std::move(*event), 1);
  ASSERT_TRUE(ring) << ring.error().what;
  const NewPages memory(1);
  worker_.run([&] { memory.page(0)[0] = 1; });
  const Nanos after = probe::monotonic_now();
  const auto records = drained(*events_);
  const bool is_misplaced = std::ranges::any_of(
      faults_at(records, memory.address(0)),
      [&](const FaultRecord& fault) { return fault.head.mono_ns > after.count; });
  EXPECT_FALSE(is_misplaced);
  const auto losses = all_of<LostRecord>(records, RecordKind::kLost);
  EXPECT_TRUE(!losses.empty() || faults_at(records, memory.address(0)).size() == 1)
      << "neither seen nor counted as lost";
}

TEST_F(ThreadEventsTest, FullRingCountsWhatItLost) {
  open({.ring_pages = 1});
  constexpr size_t kPages = 500;
  const NewPages memory(kPages);
  worker_.run([&] {
    for (size_t i = 0; i < kPages; ++i) memory.page(i)[0] = 1;
  });
  auto records = drained(*events_);
  worker_.run([] {});  // the next event tells of the loss
  events_->drain(records);
  const auto losses = all_of<LostRecord>(records, RecordKind::kLost);
  ASSERT_EQ(losses.size(), 1U);
  const auto seen = all_of<FaultRecord>(records, RecordKind::kFault);
  EXPECT_GE(losses[0].facts, static_cast<int64_t>(2 * (kPages - seen.size())));
  EXPECT_LT(losses[0].head.mono_ns, losses[0].end_ns);
}

TEST_F(ThreadEventsTest, LossBehindTheLastRecordOfAThreadIsCounted) {
  open({.ring_pages = 1});
  const NewPages memory(500);
  worker_.run([&] {
    for (size_t i = 0; i < 500; ++i) memory.page(i)[0] = 1;
  });
  EXPECT_FALSE(events_->has_ended());
  worker_.end();
  EXPECT_TRUE(events_->has_ended());
  const auto losses = all_of<LostRecord>(drained(*events_), RecordKind::kLost);
  if (losses.empty()) GTEST_SKIP() << "this kernel does not count losses (before Linux 6.0)";
  EXPECT_GT(losses.at(0).facts, 800);
  EXPECT_TRUE(drained(*events_).empty()) << "counted twice";
}

TEST_F(ThreadEventsTest, FaultsAloneCarryNoSwitches) {
  open({.off_cpu = false});
  const NewPages memory(1);
  worker_.run([&] {
    sleep_for(kMillisecond);
    memory.page(0)[0] = 1;
  });
  const auto records = drained(*events_);
  EXPECT_TRUE(all_of<OffCpuRecord>(records, RecordKind::kOffCpu).empty());
  EXPECT_EQ(faults_at(records, memory.address(0)).size(), 1U);
}

TEST_F(ThreadEventsTest, ThreadThatIsGoneIsNamedAsSuch) {
  const int tid = worker_.tid();
  worker_.end();
  const auto again = ThreadEvents::open(tid, {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(again.error().what.find("has ended"), std::string::npos) << again.error().what;
}

/// 'o': observes itself as an ordinary user would. 'r': and a process of root.
char observe_as_nobody(char command) {
  if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) return '?';
  if (command == 'r') {
    const auto events = ThreadEvents::open(getppid(), {});
    const bool is_explained = !events && events.error().kind == ErrorKind::kUnavailable &&
                              events.error().what.find("CAP_PERFMON") != std::string::npos;
    return is_explained ? 'y' : 'n';
  }
  Worker worker;
  auto events = ThreadEvents::open(worker.tid(), {});
  if (!events) return 's';
  const NewPages memory(1);
  worker.run([&] { memory.page(0)[0] = 1; });
  return faults_at(drained(*events), memory.address(0)).size() == 1 ? 'y' : 'n';
}

TEST(ThreadEvents, OrdinaryUserSeesTheFaultsOfHisOwnThreads) {
  test::Child child(observe_as_nobody);
  const char answer = child.ask('o');
  if (answer == 's') GTEST_SKIP() << "perf events are forbidden to ordinary users";
  EXPECT_EQ(answer, 'y');
}

TEST(ThreadEvents, ForeignProcessIsRefusedWithWhatToDo) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  test::Child child(observe_as_nobody);
  EXPECT_EQ(child.ask('r'), 'y');
}

}  // namespace
}  // namespace holdfast
