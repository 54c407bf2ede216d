// SPDX-License-Identifier: MIT
// Each guarded function is defined here, in the test program, where the dynamic linker finds it
// before libc's; it asks the thread's own flag and goes on to the real one. operator new, strdup,
// std::vector and the rest arrive at malloc and need no line of their own. Nothing here allocates
// or locks: it runs before main, inside malloc, and on the audio thread.
#include "tests/support/realtime_guard.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HF_GUARD_IS_ACTIVE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HF_GUARD_IS_ACTIVE 0
#endif
#endif
#if !defined(HF_GUARD_IS_ACTIVE) && defined(__GLIBC__)
#define HF_GUARD_IS_ACTIVE 1
#endif
#if !defined(HF_GUARD_IS_ACTIVE)
#include <cstddef>  // the C library's own macros; __GLIBC__ is not defined before the first header
#if defined(__GLIBC__)
#define HF_GUARD_IS_ACTIVE 1
#else
#define HF_GUARD_IS_ACTIVE 0
#endif
#endif

#if HF_GUARD_IS_ACTIVE
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constinit thread_local int t_depth = 0;

[[noreturn]] void die(const char* function) {
  t_depth = 0;  // whoever handles SIGABRT may allocate
  char message[128] = "realtime section called ";
  std::strncat(message, function, 64);
  std::strcat(message, "\n");
  [[maybe_unused]] const ssize_t written =
      ::syscall(SYS_write, STDERR_FILENO, message, std::strlen(message));
  std::abort();
}

inline void guard(const char* function) {
  if (t_depth > 0) [[unlikely]]
    die(function);
}

/// libc's own definition. dlsym neither allocates nor calls back here when it finds the name; two
/// threads that race store the same address.
template <class Function>
Function* real(std::atomic<Function*>& cache, const char* name) {
  Function* function = cache.load(std::memory_order_relaxed);
  if (function == nullptr) {
    function = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
    if (function == nullptr) std::abort();
    cache.store(function, std::memory_order_relaxed);
  }
  return function;
}

}  // namespace

extern "C" {

// malloc and its family have names of their own in glibc: dlsym could need memory to find them.
void* __libc_malloc(size_t size) noexcept;
void* __libc_calloc(size_t count, size_t size) noexcept;
void* __libc_realloc(void* memory, size_t size) noexcept;
void* __libc_memalign(size_t alignment, size_t size) noexcept;
void __libc_free(void* memory) noexcept;

void* malloc(size_t size) noexcept {
  guard("malloc");
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) noexcept {
  guard("calloc");
  return __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) noexcept {
  guard("realloc");
  return __libc_realloc(memory, size);
}
void free(void* memory) noexcept {
  guard("free");
  __libc_free(memory);
}
void* memalign(size_t alignment, size_t size) noexcept {
  guard("memalign");
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) noexcept {
  guard("aligned_alloc");
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** out, size_t alignment, size_t size) noexcept {
  guard("posix_memalign");
  void* const memory = __libc_memalign(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *out = memory;
  return 0;
}

/// One line per function: its type, name, parameters, arguments.
#define HF_GUARDED(Return, name, parameters, arguments, noexcept_or_not) \
  Return name parameters noexcept_or_not {                               \
    guard(#name);                                                        \
    static constinit std::atomic<Return(*) parameters> cache{nullptr};   \
    return real(cache, #name) arguments;                                 \
  }

HF_GUARDED(int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex), noexcept)
HF_GUARDED(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock), noexcept)
HF_GUARDED(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock), noexcept)
HF_GUARDED(int, pthread_cond_wait, (pthread_cond_t * condition, pthread_mutex_t* mutex),
           (condition, mutex), )
HF_GUARDED(int, pthread_cond_timedwait,
           (pthread_cond_t * condition, pthread_mutex_t* mutex, const timespec* until),
           (condition, mutex, until), )
HF_GUARDED(int, pthread_join, (pthread_t thread, void** result), (thread, result), )
HF_GUARDED(int, sem_wait, (sem_t * semaphore), (semaphore), )
HF_GUARDED(int, nanosleep, (const timespec* time, timespec* left), (time, left), )
HF_GUARDED(int, clock_nanosleep, (clockid_t clock, int flags, const timespec* time, timespec* left),
           (clock, flags, time, left), )
HF_GUARDED(int, usleep, (useconds_t time), (time), )
HF_GUARDED(unsigned, sleep, (unsigned time), (time), )
HF_GUARDED(int, poll, (pollfd * files, nfds_t count, int timeout), (files, count, timeout), )
HF_GUARDED(ssize_t, read, (int file, void* to, size_t size), (file, to, size), )
HF_GUARDED(ssize_t, write, (int file, const void* from, size_t size), (file, from, size), )
HF_GUARDED(int, close, (int file), (file), )
HF_GUARDED(int, munmap, (void* memory, size_t size), (memory, size), noexcept)
HF_GUARDED(int, mlock, (const void* memory, size_t size), (memory, size), noexcept)
HF_GUARDED(int, madvise, (void* memory, size_t size, int advice), (memory, size, advice), noexcept)
HF_GUARDED(void*, mmap, (void* at, size_t size, int access, int flags, int file, off_t offset),
           (at, size, access, flags, file, offset), noexcept)

// Variadic in the headers; the kernel takes what is there.
int open(const char* path, int flags, ...) {
  guard("open");
  va_list list;
  va_start(list, flags);
  const mode_t mode = va_arg(list, mode_t);
  va_end(list);
  return openat(AT_FDCWD, path, flags, mode);
}
/// std::atomic::wait, std::mutex's slow path in some libraries, and raw futexes end up here.
long syscall(long number, ...) noexcept {
  guard("syscall");
  va_list list;
  va_start(list, number);
  long arguments[6];
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  using Syscall = long(long, ...) noexcept;
  static constinit std::atomic<Syscall*> cache{nullptr};
  return real(cache, "syscall")(number, arguments[0], arguments[1], arguments[2], arguments[3],
                                arguments[4], arguments[5]);
}

}  // extern "C"

namespace holdfast::test {

bool realtime_guard_is_active() {
  return true;
}
RealtimeSection::RealtimeSection() noexcept {
  t_depth++;
}
RealtimeSection::~RealtimeSection() {
  if (t_depth > 0) t_depth--;
}

}  // namespace holdfast::test

#else

namespace holdfast::test {

bool realtime_guard_is_active() {
  return false;
}
RealtimeSection::RealtimeSection() noexcept = default;
RealtimeSection::~RealtimeSection() = default;

}  // namespace holdfast::test

#endif
