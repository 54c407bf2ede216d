// SPDX-License-Identifier: MIT
// Every wake costs one schedstat and one getrusage() on top of the sleep itself, 1.2 us together:
// only with the account from before the sleep is it exact what happened in it. Clock and account
// are read as one: a stop between them would look as if nobody had touched the thread.
#include "probe/sleep_witness_linux.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "core/proc_schedstat.h"
#include "probe/clock_linux.h"

namespace holdfast::probe {
namespace {

constexpr size_t kRingSlots = 256;
/// Clock and counts are of one time when they were read in less.
constexpr Nanos kTogether = kMicrosecond * 100;
constexpr int kTries = 5;

/// The next multiple of the period that is not so near that there would be no sleep at all.
Nanos next_due(Nanos now, int64_t period_ns) {
  const int64_t nearest = now.count + period_ns / 16;
  return Nanos((nearest / period_ns + 1) * period_ns);
}

void sleep_until(Nanos time) {
  const timespec until = {time.count / kSecond.count, time.count % kSecond.count};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

Result<ThreadSchedule> read_schedule(const ProcFile& schedstat) {
  std::array<char, 128> line;
  HF_TRY_ASSIGN(const size_t count, schedstat.read_at(line.data(), line.size(), 0));
  return parse_proc_schedstat({line.data(), count});
}

}  // namespace

SleepWitness::SleepWitness(Duty duty, const std::atomic<int64_t>& period_ns)
    : duty_(duty), period_ns_(period_ns), storage_(kRingSlots), ring_(storage_.span()) {}

SleepWitness::~SleepWitness() {
  stop();
}

Result<> SleepWitness::start() {
  HF_TRY(thread_.start(
      "pause-monitor", [](void* self) { static_cast<SleepWitness*>(self)->live(); }, this));
  HF_TRY(open_schedstat());
  heard_ns_ = monotonic_now().count;
  gate_ = kReleased;
  gate_.notify_one();
  return Done{};
}

Result<> SleepWitness::open_schedstat() {
  Result<ProcFile> file = ProcFile::open(task_path("/proc", getpid(), thread_.id(), "schedstat"));
  Result<ThreadSchedule> schedule = file ? read_schedule(*file) : std::move(file.error());
  // A kernel without CONFIG_SCHED_INFO has no such file, or only zeros; this thread has run.
  if (!schedule || schedule->slices == 0) {
    return unavailable(
        "the kernel does not tell how long threads wait for a processor, so pauses cannot "
        "be told from a busy machine; use a kernel built with CONFIG_SCHED_INFO");
  }
  schedstat_ = std::move(*file);
  return Done{};
}

void SleepWitness::stop() {
  gate_ = kCancelled;
  gate_.notify_one();
  thread_.join();
}

std::vector<MemoryRange> SleepWitness::working_set() const {
  return {thread_.stack("pause monitor's stack"), range_of(*this, "pause monitor"),
          storage_.range("pause monitor's ring")};
}

Result<Nanos> SleepWitness::cpu_used() const {
  if (!schedstat_) return Nanos(0);
  HF_TRY_ASSIGN(const ThreadSchedule schedule, read_schedule(*schedstat_));
  return Nanos(schedule.cpu_ns);
}

void SleepWitness::live() {
  settle_in();
  gate_.wait(kParked);
  if (gate_.load() == kReleased) watch();  // cancelled: what it looks at may never have been opened
}

void SleepWitness::settle_in() const {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<size_t>(duty_.processor), &only);
  sched_setaffinity(0, sizeof only, &only);
  // An ordinary thread's timers may fire 50 us late by default, to save wakes.
  prctl(PR_SET_TIMERSLACK, 1);
}

void SleepWitness::watch() {
  Account before = account();
  while (gate_.load(std::memory_order_relaxed) == kReleased) {
    // From the last account on, not from now: whatever holds the thread up between is seen, too.
    const Nanos due = next_due(before.time, period_ns_.load(std::memory_order_relaxed));
    const bool is_early = monotonic_now() < due;
    if (is_early) sleep_until(due);
    const Account after = account();
    if (after.time - due >= duty_.least) testify(due, is_early ? 1 : 0, before, after);
    before = after;
    wakes_.store(wakes_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    heard_ns_.store(after.time.count, std::memory_order_release);
  }
}

SleepWitness::Account SleepWitness::account() const {
  Account account;
  for (int attempt = 0; attempt < kTries && !account.is_known; ++attempt) {
    account.time = monotonic_now();
    rusage used = {};
    const bool is_counted = getrusage(RUSAGE_THREAD, &used) == 0;
    const Result<ThreadSchedule> schedule = read_schedule(*schedstat_);
    if (!is_counted || !schedule) break;
    account.run_delay_ns = schedule->run_delay_ns;
    account.voluntary_switches = used.ru_nvcsw;
    account.faults = used.ru_minflt + used.ru_majflt;
    account.is_known = monotonic_now() - account.time < kTogether;
  }
  return account;
}

void SleepWitness::testify(Nanos due, int64_t sleeps, const Account& before, const Account& after) {
  Oversleep sleep;
  sleep.due = due;
  sleep.woke = after.time;
  sleep.run_delay = Nanos(after.run_delay_ns - before.run_delay_ns);
  sleep.extra_switches = after.voluntary_switches - before.voluntary_switches - sleeps;
  sleep.faults = before.is_known && after.is_known ? after.faults - before.faults : -1;
  sleep.monitor = duty_.number;
  ring_.push(sleep);
}

}  // namespace holdfast::probe
