// SPDX-License-Identifier: MIT
#include "preload/memory_calls_linux.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22  // Linux 5.14; Debian 12's libc has it, older ones not
#endif

namespace holdfast::preload {
namespace {

constexpr size_t kPagesAtOnce = 256;

int result_of(int returned) {
  return returned == 0 ? 0 : errno;
}

int bring_in(void* begin, size_t size_bytes) {
  const int populate_errno = result_of(madvise(begin, size_bytes, MADV_POPULATE_READ));
  if (populate_errno != EINVAL) return populate_errno;
  return touch_pages(reinterpret_cast<uintptr_t>(begin), size_bytes);  // before Linux 5.14
}

int call(const MemoryOrder& order) {
  void* const begin = reinterpret_cast<void*>(static_cast<uintptr_t>(order.begin));
  const size_t size_bytes = order.size_bytes;
  switch (order.call) {
    case MemoryCall::kLock:
      return result_of(mlock(begin, size_bytes));
    case MemoryCall::kUnlock:
      return result_of(munlock(begin, size_bytes));
    case MemoryCall::kLockAll:
      return result_of(mlockall(MCL_CURRENT));
    case MemoryCall::kUnmap:
      return result_of(madvise(begin, size_bytes, MADV_DONTNEED));
    case MemoryCall::kPageOut:
      return result_of(madvise(begin, size_bytes, MADV_PAGEOUT));
    case MemoryCall::kBringIn:
      return bring_in(begin, size_bytes);
    case MemoryCall::kRandom:
      return result_of(madvise(begin, size_bytes, MADV_RANDOM));
    case MemoryCall::kNone:
    case MemoryCall::kKeepWarm:
    case MemoryCall::kRealtime:
      break;
  }
  return ENOSYS;
}

}  // namespace

int64_t now_nanos() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

MemoryAnswer carry_out(const MemoryOrder& order) {
  const int program_errno = errno;
  const int64_t begin = now_nanos();
  MemoryAnswer answer = {};
  answer.order = order;
  answer.system_errno = call(order);
  answer.took_ns = now_nanos() - begin;
  errno = program_errno;
  return answer;
}

int touch_pages(uint64_t begin, uint64_t size_bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  char bytes[kPagesAtOnce];
  iovec remote[kPagesAtOnce];
  int failed = 0;
  const uint64_t end = begin + size_bytes;
  for (uint64_t at = begin; at < end;) {
    size_t count = 0;
    for (; count < kPagesAtOnce && at < end; at += page) {
      remote[count++] = {reinterpret_cast<void*>(static_cast<uintptr_t>(at)), 1};
    }
    const iovec local = {bytes, count};
    // Its pages count as used: the kernel marks what it reads for another process (or for us).
    if (process_vm_readv(getpid(), &local, 1, remote, count, 0) < 0) failed = errno;
  }
  return failed;
}

}  // namespace holdfast::preload
