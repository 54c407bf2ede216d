// SPDX-License-Identifier: MIT
#include "lib/own_thread_linux.h"

#include <holdfast/rt.h>
#include <pthread.h>

#include <algorithm>

#include "probe/page_cache_linux.h"

namespace holdfast::lib {
namespace {

// Above the caller: main() and thread entry functions have small frames. Below: what the callback
// surely uses, so that it is locked before anything else.
constexpr size_t kAboveBytes = size_t{64} * 1024;
constexpr size_t kBelowBytes = size_t{16} * 1024;
constexpr size_t kPagesAboveGuard = 4;              // what is touched, and the frames down to there
constexpr size_t kMostHeadroom = size_t{64} << 20;  // the main thread's stack may have no limit
// Static thread-local storage lies next to the control block: below it on x86-64, above on arm64.
constexpr uintptr_t kAroundControlBlock = uintptr_t{16} * 1024;

}  // namespace

std::optional<MemoryRange> own_stack() {
  const hf_range stack = hf_rt_own_stack();
  if (stack.size_bytes == 0) return std::nullopt;
  return MemoryRange{reinterpret_cast<uintptr_t>(stack.address), stack.size_bytes, "stack"};
}

StackUse prepare_stack(const MemoryRange& stack, uintptr_t here, size_t wanted_bytes) {
  const size_t page_bytes = probe::page_bytes();
  const uintptr_t upper = std::min(stack.end(), here + kAboveBytes);
  const uintptr_t lowest = stack.begin + kPagesAboveGuard * page_bytes;
  StackUse use;
  if (here < stack.begin || here >= stack.end())
    return use;  // it runs on a stack of its own making
  if (here > lowest) {
    const size_t room = std::min<size_t>(kMostHeadroom, here - lowest);
    use.below_bytes = std::min(wanted_bytes, room) / page_bytes * page_bytes;
    // The lowest page stays unlocked. On the main thread, where it is the one that grows: a locked
    // mapping that grows beyond the lock limit ends in SIGSEGV (mm/mmap.c, acct_stack_growth).
    hf_rt_touch_stack(use.below_bytes + 2 * page_bytes);
  }
  const uintptr_t deepest = here / page_bytes * page_bytes - use.below_bytes;
  const uintptr_t middle = std::max(deepest, here / page_bytes * page_bytes - kBelowBytes);
  use.in_use = {middle, upper - middle, "stack"};
  use.headroom = {deepest, middle - deepest, "stack headroom"};
  return use;
}

MemoryRange own_thread_local_storage(const std::vector<Region>& regions) {
  const auto block = reinterpret_cast<uintptr_t>(pthread_self());
  for (const Region& region : regions) {
    for (const Mapping& part : region.parts) {
      if (!part.contains(block)) continue;
      const uintptr_t begin = std::max(part.begin, block - kAroundControlBlock);
      const uintptr_t end = std::min(part.end, block + kAroundControlBlock);
      return {begin, end - begin, "thread-local storage"};
    }
  }
  return {};
}

}  // namespace holdfast::lib
