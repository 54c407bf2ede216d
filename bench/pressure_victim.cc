// SPDX-License-Identifier: MIT
// The watched victim of pressure_comparison.py: a real-time thread with a period of 333 us, most of
// whose work is hot, and whose rare paths (64 pages of code, 64 of data) come round every 107 ms.
// It notes when it had to wait for a page. Linked statically, so that all its pages are its own.
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace {

constexpr size_t kPageBytes = 4096;
constexpr int kRarePages = 64;
constexpr int kHotPages = 8;
constexpr int64_t kPeriodNs = 333'333;
constexpr int kCyclesPerRareStep = 5;
constexpr size_t kMostNoted = 1 << 16;

alignas(kPageBytes) std::array<char, kHotPages * kPageBytes> g_hot;
alignas(kPageBytes) std::array<char, kRarePages * kPageBytes> g_rare;
alignas(kPageBytes) std::array<int64_t, kMostNoted> g_fault_times;  // locked: noting must not wait
std::atomic<bool> g_stop{false};

/// Each instance has a page of code to itself.
template <int N>
[[gnu::noinline, gnu::aligned(kPageBytes)]] int rare_path(int x) {
  return (x ^ N) * (N + 3);
}

template <size_t... N>
constexpr auto make_paths(std::index_sequence<N...> /*unused*/) {
  return std::array<int (*)(int), sizeof...(N)>{&rare_path<static_cast<int>(N)>...};
}

constexpr auto kPaths = make_paths(std::make_index_sequence<kRarePages>{});

int64_t major_faults() {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_majflt;
}

int64_t now_ns() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void sleep_until(int64_t due_ns) {
  const timespec due = {due_ns / 1'000'000'000, due_ns % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
}

void touch(char& byte) {
  auto& page = const_cast<volatile char&>(byte);
  page = static_cast<char>(page + 1);
}

void work(int64_t cycle, volatile int& result) {
  for (size_t page = 0; page < kHotPages; ++page) touch(g_hot[page * kPageBytes]);
  if (cycle % kCyclesPerRareStep != 0) return;
  const auto step = static_cast<size_t>(cycle / kCyclesPerRareStep % kRarePages);
  touch(g_rare[step * kPageBytes]);
  result = kPaths.at(step)(result);
}

void report(size_t noted, int64_t cycles, int64_t missed) {
  std::printf("{\"cycles\":%lld,\"missed\":%lld,\"fault_times_ns\":[",
              static_cast<long long>(cycles), static_cast<long long>(missed));
  for (size_t i = 0; i < noted; ++i) {
    std::printf("%s%lld", i == 0 ? "" : ",", static_cast<long long>(g_fault_times.at(i)));
  }
  std::puts("]}");
}

}  // namespace

int main() {
  for (const int number : {SIGTERM, SIGINT}) {
    signal(number, [](int /*unused*/) { g_stop.store(true); });
  }
  mlock(g_fault_times.data(), sizeof(g_fault_times));
  const sched_param priority = {50};
  sched_setscheduler(0, SCHED_FIFO, &priority);
  volatile int result = 0;
  int64_t missed = 0;
  size_t noted = 0;
  int64_t cycle = 0;
  int64_t seen = major_faults();
  int64_t due = now_ns();
  for (; !g_stop.load(); ++cycle) {
    work(cycle, result);
    for (const int64_t faults = major_faults(); seen < faults; ++seen) {
      if (noted < kMostNoted) g_fault_times.at(noted++) = now_ns();
    }
    due += kPeriodNs;
    const int64_t late = now_ns() - due;
    if (late > 0) {
      const int64_t lost = late / kPeriodNs + 1;
      missed += lost;
      due += lost * kPeriodNs;
    }
    sleep_until(due);
  }
  report(noted, cycle, missed);
  return 0;
}
