// SPDX-License-Identifier: MIT
// A program to shoot at: a real-time thread that touches the same pages of code, data, heap and
// stack in every period, and counts its own page faults. What it counts is the truth that the test
// compares `holdfast evict` with.
//
// sniped COUNTS_FILE PERIOD_NS [HEAP_PAGES [locked]]: it uses HEAP_PAGES of heap in every period.
// Prints one line of JSON with its addresses when it runs, and ends when standard input closes.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "blind/targets.h"

namespace {

using holdfast::blind::kPageBytes;
using holdfast::blind::kTargetBytes;

constexpr size_t kHotPages = 8;
constexpr size_t kMostHeapPages = 8192;
constexpr int64_t kSecondNanos = 1'000'000'000;

/// In the file that the test reads.
struct Counts {
  std::atomic<uint64_t> blocks;
  std::atomic<uint64_t> major_faults;  ///< Of the thread, as the kernel tells the thread itself.
  std::atomic<uint64_t> faulted_blocks;
  std::atomic<uint64_t> glitches;  ///< Blocks with a major fault that took longer than a period.
};

struct Work {
  Counts* counts;
  int64_t period_nanos;
  unsigned char* heap;
  size_t heap_pages = kHotPages;
  std::atomic<int> thread{0};
  std::atomic<uintptr_t> stack{0};
};

int64_t now_nanos() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecondNanos + time.tv_nsec;
}

void touch_all(unsigned char* pages, size_t count = kHotPages) {
  for (size_t i = 0; i < count; ++i) {
    auto* const byte = static_cast<volatile unsigned char*>(pages + i * kPageBytes);
    *byte = static_cast<unsigned char>(*byte + 1);  // what is written is the hardest to push out
  }
}

void call_all() {
  for (size_t i = 0; i < kHotPages; ++i) {
    auto* const address = reinterpret_cast<unsigned char*>(&blind_text) + i * kPageBytes;
    reinterpret_cast<void (*)()>(address)();
  }
}

uint64_t own_major_faults() {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<uint64_t>(usage.ru_majflt);
}

void run_block(Work& work, unsigned char* stack) {
  touch_all(stack);
  touch_all(blind_data);
  touch_all(work.heap, work.heap_pages);
  call_all();
}

void run(Work& work) {
  alignas(kPageBytes) unsigned char stack[(kHotPages + 1) * kPageBytes];
  std::memset(stack, 1, sizeof stack);
  work.stack = reinterpret_cast<uintptr_t>(stack);
  work.thread = static_cast<int>(syscall(SYS_gettid));
  int64_t due = now_nanos();
  uint64_t majors = own_major_faults();
  for (;;) {
    due += work.period_nanos;
    if (due < now_nanos()) due = now_nanos();
    const timespec until = {due / kSecondNanos, due % kSecondNanos};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    const int64_t woken = now_nanos();
    run_block(work, stack);
    const uint64_t majors_now = own_major_faults();
    if (majors_now != majors) {
      work.counts->faulted_blocks.fetch_add(1);
      if (now_nanos() - woken > work.period_nanos) work.counts->glitches.fetch_add(1);
    }
    majors = majors_now;
    work.counts->major_faults = majors;
    work.counts->blocks.fetch_add(1);
  }
}

void* thread_main(void* context) {
  prctl(PR_SET_NAME, "sniped-audio");
  const sched_param priority = {70};
  pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);  // else an ordinary thread
  run(*static_cast<Work*>(context));
  return nullptr;
}

Counts* map_counts(const char* path) {
  const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate(file, kPageBytes) != 0) return nullptr;
  void* const memory = mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return memory == MAP_FAILED ? nullptr : new (memory) Counts{};
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(290);
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);  // single pages are to leave, not huge ones
  static Work work;
  work.counts = map_counts(words[1]);
  work.period_nanos = std::atoll(words[2]);
  if (work.counts == nullptr || work.period_nanos <= 0) return 2;
  if (count > 3) work.heap_pages = std::strtoul(words[3], nullptr, 10);
  if (work.heap_pages > kMostHeapPages) return 2;
  const size_t heap_bytes = work.heap_pages * kPageBytes + kTargetBytes;
  work.heap = static_cast<unsigned char*>(std::aligned_alloc(kPageBytes, heap_bytes));
  std::memset(work.heap, 1, heap_bytes);
  std::memset(blind_data, 1, kTargetBytes);
  if (count > 4 && mlockall(MCL_CURRENT | MCL_FUTURE) != 0) return 3;
  pthread_t thread = {};
  if (pthread_create(&thread, nullptr, thread_main, &work) != 0) return 3;
  while (work.thread == 0) usleep(1000);
  printf("{\"tid\":%d,\"text\":%zu,\"data\":%zu,\"heap\":%zu,\"stack\":%zu}\n", work.thread.load(),
         reinterpret_cast<size_t>(&blind_text), reinterpret_cast<size_t>(blind_data),
         reinterpret_cast<size_t>(work.heap), static_cast<size_t>(work.stack));
  fflush(stdout);
  char rest = 0;
  while (read(STDIN_FILENO, &rest, 1) > 0) {
  }
  _exit(0);
}
