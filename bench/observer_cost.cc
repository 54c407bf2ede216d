// SPDX-License-Identifier: MIT
// observer_cost [ROUNDS [SECONDS]]: what being observed costs a thread, per page fault and per
// sleep, and what observing costs. The ways of observing take turns within each round, and each is
// compared with the unobserved turn of its own round, so that what else the machine does falls out.
// Times depend on the machine; the promise is at most 1500 ns more per fault.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"
#include "probe/thread_events_linux.h"

namespace {

using holdfast::kMillisecond;
using holdfast::kSecond;
using holdfast::Nanos;
using holdfast::Record;
using holdfast::RecordKind;
using holdfast::probe::monotonic_now;
using holdfast::probe::ThreadEvents;

constexpr size_t kPages = 1024;
constexpr int kSleeps = 300;

/// One way to be observed; none for the first.
struct Arm {
  const char* name;
  std::optional<ThreadEvents::Options> options;
};

const Arm kArms[] = {
    {"unobserved", std::nullopt},
    {"faults", ThreadEvents::Options{.off_cpu = false, .names_others = false}},
    {"faults, switches", ThreadEvents::Options{.names_others = false}},
    {"faults, switches, names", ThreadEvents::Options{}},
};
constexpr size_t kArmCount = std::size(kArms);

/// Nanoseconds per fault and per sleep with the wake-up after it.
struct Cost {
  double fault = 0;
  double sleep = 0;
};

void run_on(int processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<size_t>(processor), &only);
  sched_setaffinity(0, sizeof only, &only);
}

void sleep_for(Nanos time) {
  const timespec duration = {0, time.count};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, nullptr);
}

double per_piece(Nanos begin, size_t pieces) {
  return static_cast<double>((monotonic_now() - begin).count) / static_cast<double>(pieces);
}

void pass(int pipe) {
  const char token = 0;
  if (write(pipe, &token, 1) != 1) std::abort();
}

bool take(int pipe) {
  char token = 0;
  return read(pipe, &token, 1) == 1;
}

/// Two ends of pipes: each passes a token to the other and waits for it.
struct Pipes {
  int there[2] = {-1, -1};
  int back[2] = {-1, -1};

  Pipes() {
    if (pipe2(there, O_CLOEXEC) != 0 || pipe2(back, O_CLOEXEC) != 0) std::abort();
  }
};

/// The observed thread, and another one on the same processor with which it takes turns: each turn
/// it sleeps and is woken once.
class Subject {
 public:
  explicit Subject(int processor)
      : partner_([this, processor] { serve_turns(processor); }),
        thread_([this, processor] { serve(processor); }) {
    tid_ = started_.get_future().get();
  }
  ~Subject() {
    close(commands_.there[1]);
    thread_.join();
    close(turns_.there[1]);
    partner_.join();
  }
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  [[nodiscard]] int tid() const { return tid_; }
  /// Begins to measure; then ask is_done().
  void start() {
    is_done_ = false;
    pass(commands_.there[1]);
  }
  [[nodiscard]] bool is_done() const { return is_done_; }
  [[nodiscard]] Cost cost() const { return cost_; }

 private:
  void serve_turns(int processor) const {
    run_on(processor);
    while (take(turns_.there[0])) pass(turns_.back[1]);
  }
  void serve(int processor) {
    run_on(processor);
    void* const memory =
        mmap(nullptr, kPages * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(memory, kPages * page_, MADV_NOHUGEPAGE);
    started_.set_value(gettid());
    while (take(commands_.there[0])) {
      cost_ = {fault(static_cast<unsigned char*>(memory)), sleep()};
      is_done_ = true;
    }
    munmap(memory, kPages * page_);
  }
  [[nodiscard]] double fault(volatile unsigned char* memory) const {
    madvise(const_cast<unsigned char*>(memory), kPages * page_, MADV_DONTNEED);
    const Nanos begin = monotonic_now();
    for (size_t i = 0; i < kPages; ++i) memory[i * page_] = 1;
    return per_piece(begin, kPages);
  }
  [[nodiscard]] double sleep() const {
    const Nanos begin = monotonic_now();
    for (int i = 0; i < kSleeps; ++i) {
      pass(turns_.there[1]);
      take(turns_.back[0]);
    }
    return per_piece(begin, kSleeps);
  }

  size_t page_ = holdfast::probe::page_bytes();
  Pipes commands_;
  Pipes turns_;
  std::promise<int> started_;
  std::atomic<bool> is_done_ = false;
  Cost cost_;
  int tid_ = 0;
  std::thread partner_;  // last: they use the others
  std::thread thread_;
};

ThreadEvents open_or_exit(int tid, const ThreadEvents::Options& options) {
  auto events = ThreadEvents::open(tid, options);
  if (events) return std::move(*events);
  std::fprintf(stderr, "observer_cost: SKIP: %s\n", events.error().what.c_str());
  std::exit(77);
}

/// One turn of one arm; drains as a session does.
Cost measure(Subject& subject, const Arm& arm, std::vector<Record>& records, int64_t& lost) {
  std::optional<ThreadEvents> events;
  if (arm.options) events.emplace(open_or_exit(subject.tid(), *arm.options));
  subject.start();
  while (!subject.is_done()) {
    sleep_for(kMillisecond);
    records.clear();
    if (events) events->drain(records);
    lost += std::count_if(records.begin(), records.end(), [](const Record& record) {
      return record.head.kind == RecordKind::kLost;
    });
  }
  return subject.cost();
}

double quantile(std::vector<double> values, double part) {
  const auto index = static_cast<size_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<long>(index), values.end());
  return values[index];
}

/// "1234   +567 [500, 600]": the median, and the median and quartiles of the differences.
void print_cost(const std::vector<double>& own, const std::vector<double>& base) {
  std::vector<double> more(own.size());
  std::transform(own.begin(), own.end(), base.begin(), more.begin(), std::minus<>());
  std::printf("  %7.0f %+6.0f [%+6.0f, %+6.0f]", quantile(own, 0.5), quantile(more, 0.5),
              quantile(more, 0.25), quantile(more, 0.75));
}

void compare_arms(Subject& subject, size_t rounds) {
  std::vector<double> faults[kArmCount];
  std::vector<double> sleeps[kArmCount];
  std::vector<Record> records;
  records.reserve(size_t{1} << 16);
  int64_t lost = 0;
  for (size_t turn = 0; turn < rounds * kArmCount; ++turn) {
    // Each round begins with another arm.
    const size_t arm = (turn + turn / kArmCount) % kArmCount;
    const Cost cost = measure(subject, kArms[arm], records, lost);
    faults[arm].push_back(cost.fault);
    sleeps[arm].push_back(cost.sleep);
  }
  std::printf("ns (median), more than unobserved (median, quartiles), %zu rounds; %" PRId64
              " losses\n%-24s  %-31s  %s\n",
              rounds, lost, "", "per minor fault", "per sleep and wake-up");
  for (size_t arm = 0; arm < kArmCount; ++arm) {
    std::printf("%-24s", kArms[arm].name);
    print_cost(faults[arm], faults[0]);
    print_cost(sleeps[arm], sleeps[0]);
    std::printf("\n");
  }
}

Nanos own_cpu_time() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return Nanos(time.tv_sec * kSecond.count + time.tv_nsec);
}

/// How busy it keeps a processor to observe a thread that wakes 3000 times a second.
void measure_drain(const Arm& arm, int processor, Nanos length) {
  std::atomic<bool> is_over = false;
  std::promise<int> tid;
  std::thread sleeper([&] {
    run_on(processor);
    tid.set_value(gettid());
    while (!is_over) sleep_for(Nanos(333'333));
  });
  ThreadEvents events = open_or_exit(tid.get_future().get(), *arm.options);
  std::vector<Record> records;
  records.reserve(size_t{1} << 16);
  Nanos busy;
  size_t count = 0;
  const Nanos begin = monotonic_now();
  while (monotonic_now() - begin < length) {
    sleep_for(kMillisecond * 5);
    records.clear();
    const Nanos before = own_cpu_time();
    events.drain(records);
    busy += own_cpu_time() - before;
    count += records.size();
  }
  const auto seconds = static_cast<double>((monotonic_now() - begin).count) / 1e9;
  is_over = true;
  sleeper.join();
  std::printf(
      "%-24s  %6.0f records/s, %.3f %% of a processor, %zu bytes mapped, %" PRId64 " names lost\n",
      arm.name, static_cast<double>(count) / seconds,
      static_cast<double>(busy.count) / 1e7 / seconds, events.mapped_bytes(), events.names_lost());
}

size_t number_or(const char* text, size_t otherwise) {
  return text == nullptr ? otherwise : std::max(1UL, std::strtoul(text, nullptr, 10));
}

}  // namespace

int main(int count, char** arguments) {
  const size_t rounds = number_or(count > 1 ? arguments[1] : nullptr, 200);
  const size_t seconds = number_or(count > 2 ? arguments[2] : nullptr, 3);
  const int processor = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)) - 1;
  {
    Subject subject(processor);
    compare_arms(subject, rounds);
  }
  std::printf("\ndrained every 5 ms, thread of 3000 Hz\n");
  for (const Arm& arm : kArms) {
    if (arm.options) measure_drain(arm, processor, kSecond * static_cast<int64_t>(seconds));
  }
  return 0;
}
