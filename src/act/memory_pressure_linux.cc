// SPDX-License-Identifier: MIT
#include "act/memory_pressure.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace holdfast::act {
namespace {

constexpr int64_t kStepBytes = int64_t{1} << 20;

/// Each page gets content of its own, so that neither zero-page tricks nor page merging save
/// memory.
void write_pages(char* begin, size_t size_bytes, size_t page_bytes) {
  for (size_t at = 0; at < size_bytes; at += page_bytes) {
    *reinterpret_cast<volatile uintptr_t*>(begin + at) = reinterpret_cast<uintptr_t>(begin + at);
  }
}

}  // namespace

MemoryPressure::~MemoryPressure() {
  for (const MemoryRange& range : taken_) {
    munmap(reinterpret_cast<void*>(range.begin), range.size_bytes);
  }
}

bool MemoryPressure::has_room(Take take, int64_t size_bytes) const {
  if (!limits_.room) return true;
  const MemoryRoom room = limits_.room();
  return take == Take::kLock ? may_lock(room, limits_.floor_bytes, size_bytes)
                             : may_allocate(room, limits_.floor_bytes, size_bytes);
}

/// 0, or the errno of the refusal with nothing taken.
int MemoryPressure::take_step(Take take, size_t size_bytes) {
  void* memory =
      mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  if (take == Take::kLock && mlock(memory, size_bytes) != 0) {
    const int lock_errno = errno;
    munmap(memory, size_bytes);
    return lock_errno;
  }
  const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  if (take == Take::kWrite) write_pages(static_cast<char*>(memory), size_bytes, page_bytes);
  taken_.push_back({reinterpret_cast<uintptr_t>(memory), size_bytes, "pressure"});
  return 0;
}

PassOutcome MemoryPressure::run_pass(Take take, int64_t target_bytes) {
  PassOutcome outcome;
  const int64_t page_bytes = sysconf(_SC_PAGESIZE);
  int64_t step = kStepBytes;
  while (outcome.bytes < target_bytes) {
    step = std::min(step, target_bytes - outcome.bytes);
    if (limits_.is_stop_wanted()) return {outcome.bytes, PassEnd::kStopped, 0};
    if (!has_room(take, step)) return {outcome.bytes, PassEnd::kFloor, 0};
    outcome.system_errno = take_step(take, static_cast<size_t>(step));
    if (outcome.system_errno == 0) {
      outcome.bytes += step;
    } else if (step > page_bytes) {
      step /= 2;
    } else {
      return {outcome.bytes, PassEnd::kRefused, outcome.system_errno};
    }
  }
  return {outcome.bytes, PassEnd::kTarget, 0};
}

PassOutcome MemoryPressure::lock_pass(int64_t most_bytes) {
  return run_pass(Take::kLock, most_bytes);
}

PassOutcome MemoryPressure::allocate_pass(int64_t target_bytes) {
  return run_pass(Take::kWrite, target_bytes);
}

}  // namespace holdfast::act
