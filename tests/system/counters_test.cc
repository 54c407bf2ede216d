// SPDX-License-Identifier: MIT
// The polled probes against the truth: threads that use a processor or end, a process that is
// stopped and goes on, another user's process, and recorded machines that lack something. What
// could be late on a busy machine is waited for, not timed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "probe/clock_linux.h"
#include "probe/memory_use_linux.h"
#include "probe/pause_monitor_linux.h"
#include "probe/processor_use_linux.h"
#include "probe/thread_use_linux.h"
#include "tests/support/child_process.h"
#include "tests/support/machine_fixture.h"
#include "tests/support/proc_fixture.h"

namespace holdfast {
namespace {

using test::Child;

constexpr uid_t kNobody = 65534;

Nanos own_cpu_time() {
  timespec used = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return Nanos(used.tv_sec * kSecond.count + used.tv_nsec);
}

void burn(Nanos time) {
  for (const Nanos end = own_cpu_time() + time; own_cpu_time() < end;) {
  }
}

/// A thread that says who it is, burns when it is told to, and ends when it is told to.
class Burner {
 public:
  Burner() : thread_([this] { work(); }) { id_.wait(0); }
  ~Burner() { end(); }
  Burner(const Burner&) = delete;
  Burner& operator=(const Burner&) = delete;

  [[nodiscard]] pid_t id() const { return id_; }
  void burn_now() {
    order_ = kBurn;
    order_.notify_one();
    order_.wait(kBurn);
  }
  void end() {
    if (!thread_.joinable()) return;
    order_ = kEnd;
    order_.notify_one();
    thread_.join();
  }

 private:
  enum Order { kNone, kBurn, kEnd };
  void work() {
    id_ = static_cast<pid_t>(syscall(SYS_gettid));
    id_.notify_one();
    for (;;) {
      order_.wait(kNone);
      if (order_ == kEnd) return;
      burn(kMillisecond * 50);
      order_ = kNone;
      order_.notify_one();
    }
  }

  std::atomic<pid_t> id_{0};
  std::atomic<Order> order_{kNone};
  std::thread thread_;
};

TEST(ThreadUse, BurningAProcessorShowsInItsTime) {
  Burner burner;
  const auto probe = probe::ThreadUseProbe::open(getpid(), burner.id());
  ASSERT_TRUE(probe);
  EXPECT_TRUE(probe->limitations().empty());
  const auto before = probe->read();
  burner.burn_now();
  const auto after = probe->read();
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->head.kind, RecordKind::kThreadUse);
  EXPECT_EQ(after->thread, static_cast<uint32_t>(burner.id()));
  EXPECT_GE(after->cpu_ns - before->cpu_ns, (kMillisecond * 40).count);  // one tick may be missing
  EXPECT_GE(after->run_delay_ns, before->run_delay_ns);
  EXPECT_GE(after->head.mono_ns, before->head.mono_ns);
}

TEST(ThreadUse, EndOfTheThreadIsUnavailable) {
  Burner burner;
  const auto probe = probe::ThreadUseProbe::open(getpid(), burner.id());
  ASSERT_TRUE(probe);
  burner.end();
  // join() returns a moment before the kernel has forgotten the thread.
  auto reading = probe->read();
  while (reading) reading = probe->read();
  EXPECT_EQ(reading.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(reading.error().system_errno, ESRCH);
  EXPECT_FALSE(probe::ThreadUseProbe::open(getpid(), burner.id()));
}

/// 'y' when the caller, no longer root, can read what thread 1 of the machine has used.
char read_first_process(char) {
  if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) return 's';
  const auto probe = probe::ThreadUseProbe::open(1, 1);
  if (!probe) return 'o';
  const auto use = probe->read();
  return use && use->cpu_ns > 0 && use->thread == 1 ? 'y' : 'r';
}

TEST(ThreadUse, AnyUserReadsTheThreadsOfAnyOther) {
  Child nobody(read_first_process);
  EXPECT_EQ(nobody.ask('r'), 'y');
}

TEST(ThreadUse, StateLetterTellsThatAnotherProcessIsStopped) {
  Child child([](char command) { return command; });
  ASSERT_EQ(child.ask('a'), 'a');
  const auto probe = probe::ThreadUseProbe::open(child.pid(), child.pid());
  ASSERT_TRUE(probe);
  kill(child.pid(), SIGSTOP);
  ASSERT_EQ(waitpid(child.pid(), nullptr, WUNTRACED), child.pid());
  const auto stopped = probe->read();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->head.flags, 'T');
  kill(child.pid(), SIGCONT);
  ASSERT_EQ(child.ask('a'), 'a');
  const auto resumed = probe->read();
  ASSERT_TRUE(resumed);
  EXPECT_NE(resumed->head.flags, 'T');
}

TEST(ThreadUse, ReadsARecordedThread) {
  const auto probe = probe::ThreadUseProbe::open(test::kFixtureProcess, test::kFixtureAudioThread,
                                                 test::kFixtureRoot);
  ASSERT_TRUE(probe);
  const auto use = probe->read();
  ASSERT_TRUE(use);
  EXPECT_EQ(use->head.flags, 'S');
  EXPECT_EQ(use->cpu_ns, 107'651'356);
  EXPECT_EQ(use->run_delay_ns, 1'035'402);
  EXPECT_EQ(use->minor, 6);
}

TEST(ThreadUse, KernelWithoutSchedstatStillTellsFaults) {
  const int worker = test::kFixtureProcess + 3;  // recorded without schedstat
  const auto probe = probe::ThreadUseProbe::open(test::kFixtureProcess, worker, test::kFixtureRoot);
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->limitations().size(), 1U);
  const auto use = probe->read();
  ASSERT_TRUE(use);
  EXPECT_EQ(use->cpu_ns, -1);
  EXPECT_EQ(use->run_delay_ns, -1);
  EXPECT_GE(use->minor, 0);
}

TEST(MemoryUse, ThisMachineHasMemory) {
  const auto probe = probe::MemoryUseProbe::open();
  ASSERT_TRUE(probe);
  const auto first = probe->read();
  const auto second = probe->read();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->head.kind, RecordKind::kMemory);
  EXPECT_GT(first->available_bytes, 0);
  EXPECT_GE(second->swapped_in_bytes, first->swapped_in_bytes);
  EXPECT_GE(second->stalled_some_ns, first->stalled_some_ns);
}

TEST(ProcessorUse, CountersOfThisMachineRise) {
  const auto probe = probe::ProcessorUseProbe::open(getpid());
  ASSERT_TRUE(probe);
  const auto first = probe->read();
  burn(kMillisecond * 50);  // more than a tick of the kernel's accounts
  const auto second = probe->read();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->head.kind, RecordKind::kProcessors);
  EXPECT_GT(second->busy_ns, first->busy_ns);
  EXPECT_GE(second->cgroup_stalled_ns, first->cgroup_stalled_ns);
}

TEST(ProcessorUse, ReadsARecordedMachineWhoseProcessHasNoCgroupVersion2) {
  const auto probe = probe::ProcessorUseProbe::open(test::kFixtureProcess, test::kRootWithSteal);
  ASSERT_TRUE(probe);
  const auto processors = probe->read();
  ASSERT_TRUE(processors);
  EXPECT_GT(processors->steal_ns, 0);
  EXPECT_GT(processors->idle_ns, processors->iowait_ns);
  EXPECT_EQ(processors->cgroup_stalled_ns, -1);
}

TEST(MemoryUse, ReadsARecordedMachine) {
  const auto probe = probe::MemoryUseProbe::open(test::kMachineRoot);
  ASSERT_TRUE(probe);
  EXPECT_TRUE(probe->limitations().empty());
  const auto memory = probe->read();
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->available_bytes, int64_t{23'207'540} * 1024);
  EXPECT_EQ(memory->swap_used_bytes, 0);
  EXPECT_GT(memory->swapped_out_bytes, memory->swapped_in_bytes);
  EXPECT_EQ(memory->stalled_some_ns, 1'085'432'394'000);
  EXPECT_EQ(memory->stalled_full_ns, 520'409'505'000);
}

TEST(MemoryUse, SaysThatPressureIsNotKnown) {
  const auto probe = probe::MemoryUseProbe::open(test::kRootWithoutPressure);
  ASSERT_TRUE(probe);
  ASSERT_EQ(probe->limitations().size(), 1U);
  EXPECT_NE(probe->limitations()[0].how_to_get_it.find("psi=1"), std::string::npos);
  const auto memory = probe->read();
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->stalled_some_ns, -1);
  EXPECT_EQ(memory->stalled_full_ns, -1);
  EXPECT_EQ(memory->swap_used_bytes, int64_t{262'144} * 1024);
}

TEST(MemoryUse, MachineWithoutMeminfoIsUnavailable) {
  const auto probe = probe::MemoryUseProbe::open(test::kRootWithSteal);
  ASSERT_FALSE(probe);
  EXPECT_EQ(probe.error().kind, ErrorKind::kUnavailable);
}

/// A process with a monitor. 'o': open it; 'd': drain until everything up to now is told, and
/// answer with the number of stops since the last time, or '?' when a witness was disturbed.
class Monitored {
 public:
  char operator()(char command) { return command == 'o' ? open() : drain(); }

 private:
  char open() {
    auto monitor = probe::PauseMonitor::open({});
    if (!monitor) return 'n';
    monitor_ = std::shared_ptr<probe::PauseMonitor>(std::move(*monitor));
    drain();  // its threads touch their pages for the first time
    return 'y';
  }
  char drain() {
    const Nanos now = probe::monotonic_now();
    const PauseCounts before = monitor_->counts();
    std::vector<Record> records;
    while (monitor_->settled() < now) {
      usleep(1000);
      monitor_->drain(records);
    }
    int stops = 0;
    for (const Record& record : records) {
      if (record.head.kind == RecordKind::kPause && (record.head.flags & kPauseIsHost) == 0)
        ++stops;
    }
    if (monitor_->counts().disturbed > before.disturbed) return '?';
    return static_cast<char>('0' + stops);
  }

  std::shared_ptr<probe::PauseMonitor> monitor_;
};

/// Stops the process for at least `time`.
void stop_for(pid_t pid, useconds_t microseconds) {
  kill(pid, SIGSTOP);
  ASSERT_EQ(waitpid(pid, nullptr, WUNTRACED), pid);
  usleep(microseconds);
  kill(pid, SIGCONT);
}

TEST(PauseMonitor, OneStopOfTheProcessIsOneRecord) {
  Child child{Monitored()};
  ASSERT_EQ(child.ask('o'), 'y');
  char answer = '?';
  for (int attempt = 0; attempt < 5 && answer == '?'; ++attempt) {
    ASSERT_NO_FATAL_FAILURE(stop_for(child.pid(), 300'000));
    answer = child.ask('d');  // '?': pages of the witnesses were taken away meanwhile
  }
  EXPECT_EQ(answer, '1');
  EXPECT_EQ(child.ask('d'), '0');
}

TEST(PauseMonitor, ThreadsCanBePrioritisedAndLocked) {
  const auto monitor = probe::PauseMonitor::open({});
  ASSERT_TRUE(monitor);
  const auto ids = (*monitor)->thread_ids();
  ASSERT_FALSE(ids.empty());
  for (const pid_t id : ids) EXPECT_TRUE(probe::ThreadUseProbe::open(getpid(), id));
  size_t bytes = 0;
  for (const auto& range : (*monitor)->working_set()) bytes += range.size_bytes;
  EXPECT_GT(bytes, 0U);
  EXPECT_GT((*monitor)->cpu_used(), Nanos(0));
}

TEST(PauseMonitor, OneProcessorIsALimitation) {
  probe::PauseMonitor::Options options;
  options.most_processors = 1;
  const auto monitor = probe::PauseMonitor::open(options);
  ASSERT_TRUE(monitor);
  EXPECT_EQ((*monitor)->thread_ids().size(), 1U);
  EXPECT_EQ((*monitor)->limitations().size(), 1U);
}

TEST(PauseMonitor, NoFileLeftToOpenIsUnavailableAndEndsItsThreads) {
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = dup(0);  // the lowest free number
  ASSERT_GE(next, 0);
  close(next);
  const rlimit none_left = {static_cast<rlim_t>(next), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none_left), 0);
  constexpr int kTries = 50;  // the threads are cancelled while they begin
  int unavailable = 0;
  for (int i = 0; i < kTries; ++i) {
    const auto monitor = probe::PauseMonitor::open({});
    unavailable += !monitor && monitor.error().kind == ErrorKind::kUnavailable;
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(unavailable, kTries);
}

TEST(PauseMonitor, WithoutStatStealIsALimitation) {
  const auto monitor = probe::PauseMonitor::open({}, test::kRootWithoutPressure);
  ASSERT_TRUE(monitor);
  ASSERT_FALSE((*monitor)->limitations().empty());
  EXPECT_NE((*monitor)->limitations()[0].why.find("steal"), std::string::npos);
}

}  // namespace
}  // namespace holdfast
