// SPDX-License-Identifier: MIT
// record_perf_ring FILE: makes the fixture tests/fixtures/perf/one_thread.ring. A thread overflows
// a ring of one page; that is drained; then it takes one minor fault, sleeps 2 ms, has the kernel
// take a fault (a read() into a new page), jumps over an address that nobody has mapped, and reads
// from disk. What then lies in the ring, wrapped around its end, is written.
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>
#include <vector>

#include "probe/thread_events_linux.h"
#include "tests/support/perf_ring_file.h"

namespace {

using holdfast::Record;
using holdfast::probe::ThreadEvents;

constexpr size_t kPage = 4096;
constexpr size_t kPages = 64;

sigjmp_buf behind_the_fault;

[[noreturn]] void jump(int) {
  siglongjmp(behind_the_fault, 1);
}

unsigned char* map_new(int protection, int flags, int file) {
  return static_cast<unsigned char*>(mmap(nullptr, kPages * kPage, protection, flags, file, 0));
}

void overflow_the_ring() {
  unsigned char* const area = map_new(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  madvise(area, kPages * kPage, MADV_NOHUGEPAGE);
  for (size_t i = 0; i < kPages; ++i) area[i * kPage] = 1;
}

/// A mapping of a file whose pages are on the disk only.
const volatile unsigned char* map_from_disk(const char* path) {
  const int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::vector<char> content(kPages * kPage, 'x');
  if (write(file, content.data(), content.size()) < 0) std::abort();
  fsync(file);
  posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  unlink(path);
  return map_new(PROT_READ, MAP_PRIVATE, file);
}

void take_each_kind(const volatile unsigned char* on_disk) {
  unsigned char* const area = map_new(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  area[0] = 1;
  const timespec two_milliseconds = {0, 2'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &two_milliseconds, nullptr);
  const int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  if (read(zero, area + 8 * kPage, 8) < 0) std::abort();
  close(zero);
  signal(SIGSEGV, jump);
  if (sigsetjmp(behind_the_fault, 1) == 0) *reinterpret_cast<volatile char*>(0x7000) = 1;
  signal(SIGSEGV, SIG_DFL);
  static_cast<void>(on_disk[0]);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const volatile unsigned char* const on_disk = map_from_disk("record_perf_ring.tmp");
  std::promise<int> tid;
  std::promise<void> is_open;
  std::promise<void> is_full;
  std::promise<void> is_drained;
  std::promise<void> is_done;
  std::promise<void> may_end;
  std::thread observed([&] {
    tid.set_value(gettid());
    is_open.get_future().wait();
    overflow_the_ring();
    is_full.set_value();
    is_drained.get_future().wait();
    take_each_kind(on_disk);
    is_done.set_value();
    may_end.get_future().wait();
  });
  auto events =
      ThreadEvents::open(tid.get_future().get(), {.ring_pages = 1, .names_others = false});
  if (!events) {
    std::fprintf(stderr, "record_perf_ring: %s\n", events.error().what.c_str());
    std::exit(3);
  }
  is_open.set_value();
  is_full.get_future().wait();
  std::vector<Record> records;
  events->drain(records);
  is_drained.set_value();
  is_done.get_future().wait();
  const bool is_written = holdfast::test::write_perf_ring(arguments[1], events->unread());
  may_end.set_value();
  observed.join();
  return is_written ? 0 : 3;
}
