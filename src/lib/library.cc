// SPDX-License-Identifier: MIT
// The C interface of libholdfast: structs of any size in, error codes out, no exception across the
// border.
#include <holdfast/holdfast.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <string>

#include "core/eviction_choice.h"
#include "lib/process_eviction_linux.h"
#include "probe/page_cache_linux.h"
#include "probe/watch_target_linux.h"
#include "version.h"

namespace holdfast::lib {
namespace {

/// The last error of this thread.
thread_local std::string error_text;

int code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return HF_ERROR_USAGE;
    case ErrorKind::kUnavailable:
      return HF_ERROR_UNAVAILABLE;
    case ErrorKind::kBadData:
    case ErrorKind::kSystem:
      break;
  }
  return HF_ERROR_SYSTEM;
}

Error usage(const char* what) {
  return {ErrorKind::kUsage, 0, what};
}

/// The caller's struct, as far as it goes; the rest is zero.
template <class Struct>
Result<Struct> read_struct(const Struct* given) {
  if (given == nullptr) return usage("a struct is missing: NULL");
  if (given->struct_size < sizeof(size_t)) return usage("struct_size is not set");
  Struct known = {};
  std::memcpy(&known, given, std::min(given->struct_size, sizeof known));
  return known;
}

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

/// Of a thread that runs, as the caller does, only the thread itself can tell where its stack is.
std::optional<MemoryRange> own_stack() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return std::nullopt;
  void* begin = nullptr;
  size_t size_bytes = 0;
  const bool is_known = pthread_attr_getstack(&attributes, &begin, &size_bytes) == 0;
  pthread_attr_destroy(&attributes);
  if (!is_known) return std::nullopt;
  return MemoryRange{reinterpret_cast<uintptr_t>(begin), size_bytes, "stack"};
}

Result<probe::WatchTarget> find_target(int thread) {
  const auto own = static_cast<int>(syscall(SYS_gettid));
  if (thread == 0 || thread == own) {
    return probe::read_watch_target(getpid(), std::to_string(own), own_stack());
  }
  return probe::read_watch_target(getpid(), std::to_string(thread));
}

Result<Eviction> evict_own(const hf_evict_request& request) {
  HF_TRY_ASSIGN(const EvictionWish wish, wish_of(request));
  HF_TRY_ASSIGN(const probe::WatchTarget target, find_target(request.thread));
  HF_TRY_ASSIGN(const auto regions, choose_evicted(target.regions, wish, probe::page_bytes()));
  const std::vector<MemoryRange> locked = target.locked.value_or(std::vector<MemoryRange>());
  HF_TRY_ASSIGN(ProcessEviction eviction, ProcessEviction::open(getpid(), regions, locked));
  return eviction.evict();
}

hf_evict_result result_of(const Eviction& eviction) {
  const EvictedRange total = eviction.total();
  const auto stayed = [&total](StayReason reason) {
    return total.stayed[static_cast<size_t>(reason)];
  };
  hf_evict_result result = {};
  result.page_bytes = probe::page_bytes();
  result.already_out_pages = total.already_out;
  result.asked_pages = total.asked;
  result.left_pages = total.left;
  result.half_out_pages = total.half_out;
  result.unknown_pages = total.unknown;
  result.stayed_locked_pages = stayed(StayReason::kLocked);
  result.stayed_shared_pages = stayed(StayReason::kShared);
  result.stayed_dirty_pages = stayed(StayReason::kDirty);
  result.stayed_not_permitted_pages = stayed(StayReason::kNotPermitted);
  result.stayed_no_swap_pages = stayed(StayReason::kNoSwap);
  result.stayed_in_use_pages = stayed(StayReason::kInUse);
  result.stayed_kept_pages = stayed(StayReason::kKept);
  result.took_ns = eviction.took.count;
  return result;
}

Result<> evict_into(const hf_evict_request* given, hf_evict_result* into) {
  HF_TRY_ASSIGN(const hf_evict_request request, read_struct(given));
  if (into != nullptr) HF_TRY(read_struct(into));
  HF_TRY_ASSIGN(const Eviction eviction, evict_own(request));
  if (into == nullptr) return Done{};
  hf_evict_result result = result_of(eviction);
  result.struct_size = into->struct_size;
  std::memcpy(into, &result, std::min(into->struct_size, sizeof result));
  return Done{};
}

/// Runs `action`, and keeps what it says for hf_error_text().
template <class Action>
int guarded(Action action) {
  try {
    error_text.clear();
    const Result<> result = action();
    if (result) return HF_OK;
    error_text = result.error().what;
    return code_of(result.error().kind);
  } catch (const std::exception&) {  // too little memory; there may be none for a sentence either
    error_text.clear();
    return HF_ERROR_SYSTEM;
  }
}

}  // namespace
}  // namespace holdfast::lib

const char* hf_version(void) {
  return HF_VERSION;
}

const char* hf_error_text(void) {
  return holdfast::lib::error_text.c_str();
}

int hf_evict(const hf_evict_request* request, hf_evict_result* result) {
  static std::mutex one_at_a_time;
  return holdfast::lib::guarded([&]() -> holdfast::Result<> {
    const std::scoped_lock lock(one_at_a_time);
    return holdfast::lib::evict_into(request, result);
  });
}
