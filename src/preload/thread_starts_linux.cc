// SPDX-License-Identifier: MIT
// The calls by which a thread becomes real-time, as the program sees them. Each does what the real
// one does, then locks the stack of the thread at once, before it has run in real time, and tells
// `holdfast run`, which does the rest. Threads that others make real-time (rtkit, chrt, raw system
// calls) are found by `holdfast run` itself.
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "preload/memory_calls_linux.h"
#include "preload/own_channel_linux.h"
#include "preload/server_linux.h"

namespace holdfast::preload {
namespace {

constexpr uint64_t kOwnUseBytes = uint64_t{64} << 10;  ///< Below the present frame.
constexpr int kResetOnFork = 0x40000000;               // SCHED_RESET_ON_FORK

using SetThreadScheduling = int (*)(pthread_t, int, const sched_param*);
using SetScheduler = int (*)(pid_t, int, const sched_param*);

/// The next definition of a name, which may be that of another preloaded library.
template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

CreateThread real_create_thread() {
  static const auto real = next<CreateThread>("pthread_create");
  return real;
}

bool is_realtime(int policy) {
  const int plain = policy & ~kResetOnFork;
  return plain == SCHED_FIFO || plain == SCHED_RR || plain == 6;  // SCHED_DEADLINE
}

/// A stack.
struct Stack {
  uint64_t begin;
  uint64_t size_bytes;
};

/// The calling thread's, once known. In the library's static thread-local storage.
__attribute__((tls_model("initial-exec"))) thread_local Stack g_stack = {0, 0};

/// By asking libc, which allocates for it.
Stack ask_stack(pthread_t thread) {
  pthread_attr_t attributes;
  if (pthread_getattr_np(thread, &attributes) != 0) return {0, 0};
  void* begin = nullptr;
  size_t size = 0;
  pthread_attr_getstack(&attributes, &begin, &size);
  pthread_attr_destroy(&attributes);
  return {reinterpret_cast<uintptr_t>(begin), size};
}

/// So much below the present frame is mapped afterwards, also where a stack grows as it is used.
__attribute__((noinline)) void use_own_stack(uint64_t size_bytes) {
  auto* const bytes = static_cast<volatile char*>(__builtin_alloca(size_bytes));
  for (uint64_t i = size_bytes; i >= 4096; i -= 4096) bytes[i - 4096] = 0;
}

/// The upper end, where it begins. Of the main thread's stack, which grows, only what is mapped,
/// and never its lowest page: a locked one that grows beyond the limit ends the program.
MemoryOrder lock_of(const Stack& stack, bool is_own, bool is_main) {
  if (stack.size_bytes == 0 || (is_main && !is_own)) return {MemoryCall::kLock, 1, 0, 0};
  const uint64_t end = stack.begin + stack.size_bytes;
  const uint64_t most = channels_head()->stack_bytes;
  uint64_t begin = stack.size_bytes > most ? end - most : stack.begin;
  if (is_main) {
    use_own_stack(kOwnUseBytes + uint64_t{4} * 4096);
    begin =
        (reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) - kOwnUseBytes) & ~uint64_t{4095};
  }
  return {MemoryCall::kLock, 1, begin, end > begin ? end - begin : 0};
}

/// `thread_id` 0: not known.
void announce(pthread_t thread, uint32_t thread_id) {
  ProgramChannel* const channel = own_channel();
  if (channel == nullptr) return;
  start_server(real_create_thread());
  const bool is_own = thread_id == static_cast<uint32_t>(gettid());
  const bool is_main = thread_id == static_cast<uint32_t>(getpid());
  const Stack stack = is_own && g_stack.size_bytes > 0 ? g_stack : ask_stack(thread);
  MemoryAnswer answer = carry_out(lock_of(stack, is_own, is_main));
  answer.order.call = MemoryCall::kRealtime;
  answer.thread = thread_id;
  answer.stack_begin = stack.begin;
  answer.stack_bytes = stack.size_bytes;
  channel->answers.push(answer);
  if (channels_head()->locks_all == 0) return;
  channel->answers.push(carry_out({MemoryCall::kLockAll, 1, 0, 0}));
}

/// What pthread_create was given, on its way to the new thread. Not in allocated memory: who frees
/// it gets an arena of 64 MiB, which an audio thread may well do without.
struct Start {
  std::atomic<bool> is_taken;
  void* (*body)(void*);
  void* context;
  uint64_t stack_bytes;
};

Start g_starts[64];

Start* take_start() {
  for (Start& start : g_starts) {
    if (!start.is_taken.exchange(true)) return &start;
  }
  return nullptr;
}

/// How large the stack will be; 0 when that is not known.
uint64_t stack_size(const pthread_attr_t* attributes) {
  size_t size = 0;
  if (attributes != nullptr) {
    return pthread_attr_getstacksize(attributes, &size) == 0 ? size : 0;
  }
  pthread_attr_t usual;
  if (pthread_getattr_default_np(&usual) != 0) return 0;
  pthread_attr_getstacksize(&usual, &size);
  pthread_attr_destroy(&usual);
  return size;
}

/// The thread's own block, which pthread_self() points into, lies in the last page of its stack
/// (glibc; some 2.3 KiB of it).
Stack own_stack(uint64_t size_bytes) {
  if (size_bytes == 0) return {0, 0};
  const uint64_t block_end = static_cast<uint64_t>(pthread_self()) + 2304;
  const uint64_t end = (block_end + 4095) & ~uint64_t{4095};
  return {end - size_bytes, size_bytes};
}

/// The first function of every thread. A thread inherits its creator's policy, or has one in its
/// attributes; what it is, the kernel knows best.
void* begin_thread(void* context) {
  auto* const start = static_cast<Start*>(context);
  void* (*const body)(void*) = start->body;
  void* const program_context = start->context;
  g_stack = own_stack(start->stack_bytes);
  start->is_taken = false;
  if (is_realtime(sched_getscheduler(0))) announce(pthread_self(), static_cast<uint32_t>(gettid()));
  return body(program_context);
}

/// The thread of another process, or of this one.
bool is_self(pid_t thread) {
  return thread == 0 || thread == gettid();
}

}  // namespace
}  // namespace holdfast::preload

// The names are libc's, and so are the types; the attribute shows them to the program.
#define HF_STANDS_IN extern "C" __attribute__((visibility("default")))

HF_STANDS_IN int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                void* (*body)(void*), void* context) noexcept {
  using namespace holdfast::preload;
  const CreateThread real = real_create_thread();
  if (own_channel() == nullptr) return real(thread, attributes, body, context);
  start_server(real);
  Start* const start = take_start();
  if (start == nullptr) return real(thread, attributes, body, context);
  start->body = body;
  start->context = context;
  start->stack_bytes = stack_size(attributes);
  const int failed = real(thread, attributes, begin_thread, start);
  if (failed != 0) start->is_taken = false;
  return failed;
}

HF_STANDS_IN int pthread_setschedparam(pthread_t thread, int policy,
                                       const sched_param* parameter) noexcept {
  using namespace holdfast::preload;
  static const auto real = next<SetThreadScheduling>("pthread_setschedparam");
  const int failed = real(thread, policy, parameter);
  if (failed == 0 && is_realtime(policy)) {
    announce(thread,
             pthread_equal(thread, pthread_self()) != 0 ? static_cast<uint32_t>(gettid()) : 0);
  }
  return failed;
}

HF_STANDS_IN int sched_setscheduler(pid_t process, int policy,
                                    const sched_param* parameter) noexcept {
  using namespace holdfast::preload;
  static const auto real = next<SetScheduler>("sched_setscheduler");
  const int result = real(process, policy, parameter);
  if (result == 0 && is_realtime(policy) && is_self(process)) {
    announce(pthread_self(), static_cast<uint32_t>(gettid()));
  }
  return result;
}
