// SPDX-License-Identifier: MIT
#include "lib/choice_linux.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "core/eviction_choice.h"
#include "lib/border.h"
#include "lib/own_thread_linux.h"
#include "probe/page_cache_linux.h"

namespace holdfast::lib {
namespace {

Result<EvictionWish> wish_of(const hf_evict_request& request) {
  constexpr unsigned kKnown =
      HF_EVICT_STACK | HF_EVICT_TEXT | HF_EVICT_DATA | HF_EVICT_HEAP | HF_EVICT_ALL;
  if ((request.what & ~kKnown) != 0) return usage("`what` holds a kind that is not known");
  EvictionWish wish;
  wish.has_stack = (request.what & HF_EVICT_STACK) != 0;
  wish.has_text = (request.what & HF_EVICT_TEXT) != 0;
  wish.has_data = (request.what & HF_EVICT_DATA) != 0;
  wish.has_heap = (request.what & HF_EVICT_HEAP) != 0;
  wish.has_all = (request.what & HF_EVICT_ALL) != 0;
  if (request.file != nullptr) wish.file = request.file;
  if (request.size_bytes == 0) {
    if (request.what == 0) return usage("nothing is asked for: neither `what` nor `size_bytes`");
    return wish;
  }
  const auto begin = reinterpret_cast<uintptr_t>(request.address);
  if (begin == 0 || request.size_bytes > UINTPTR_MAX - begin) {
    return usage("`address` and `size_bytes` are no range");
  }
  wish.addresses.push_back({begin, request.size_bytes, "address"});
  return wish;
}

}  // namespace

Result<> expect_stack_room() {
  constexpr size_t kNeededBytes = size_t{32} * 1024;
  const std::optional<MemoryRange> stack = own_stack();
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  if (!stack || here < stack->begin || here >= stack->begin + kNeededBytes) return Done{};
  return unavailable("this needs 32 KiB of stack, and less is left of this thread's");
}

Result<probe::WatchTarget> find_target(int thread) {
  const auto own = static_cast<int>(syscall(SYS_gettid));
  HF_TRY(expect_stack_room());
  if (thread == 0 || thread == own) {
    return probe::read_watch_target(getpid(), std::to_string(own), own_stack());
  }
  return probe::read_watch_target(getpid(), std::to_string(thread));
}

Result<std::vector<Region>> choose(const hf_evict_request& request,
                                   const probe::WatchTarget& target) {
  HF_TRY_ASSIGN(const EvictionWish wish, wish_of(request));
  return choose_evicted(target.regions, wish, probe::page_bytes());
}

}  // namespace holdfast::lib
