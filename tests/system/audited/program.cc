// SPDX-License-Identifier: MIT
// A program that locks memory in every way there is and says so itself: a line "CALL ADDRESS SIZE
// RESULT ERRNO THREAD" on stdout per call, which is what `holdfast audit` has to find. Linked
// twice: as usual, and statically. Functions have C names, so that they can be looked for as
// callers.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kArea = 64 * kPage;
char* g_area = nullptr;

long thread_id() {
  return syscall(SYS_gettid);
}

/// As one write, so that processes and threads do not mix their lines.
void say(const char* call, const void* address, size_t size_bytes, long result) {
  const int call_errno = result < 0 ? errno : 0;
  char line[160];
  const int length = std::snprintf(line, sizeof line, "%s 0x%lx %zu %ld %d %ld\n", call,
                                   reinterpret_cast<unsigned long>(address), size_bytes,
                                   result < 0 ? -1L : result, call_errno, thread_id());
  if (write(STDOUT_FILENO, line, static_cast<size_t>(length)) < 0) _exit(99);
}

}  // namespace

extern "C" {

/// No function of libc, no interposition: the instruction itself.
[[gnu::noinline]] long lock_by_instruction(void* address, size_t size_bytes) {
#if defined(__x86_64__)
  long result = 0;
  asm volatile("syscall"
               : "=a"(result)
               : "0"(SYS_mlock), "D"(address), "S"(size_bytes)
               : "rcx", "r11", "memory");
  if (result < 0) errno = static_cast<int>(-result);
  return result < 0 ? -1 : result;
#else
  return syscall(SYS_mlock, address, size_bytes);
#endif
}

/// The 32-bit kind of call, which a 64-bit program can make as well; ends it where the kernel has
/// none.
[[gnu::noinline]] void lock_by_interrupt() {
#if defined(__x86_64__)
  void* const page =
      mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  constexpr int kMlockOfOld = 150;
  int result = 0;
  asm volatile("int $0x80" : "=a"(result) : "0"(kMlockOfOld), "b"(page), "c"(kPage) : "memory");
  if (result < 0) errno = -result;
  say("mlock", page, kPage, result < 0 ? -1 : result);
#endif
}

[[gnu::noinline]] void lock_raw(char* address) {
  say("mlock", address, kPage, lock_by_instruction(address, kPage));
}

[[gnu::noinline]] void lock_through_libc(char* address, size_t size_bytes) {
  say("mlock", address, size_bytes, mlock(address, size_bytes));
}

[[gnu::noinline]] void lock_in_every_way() {
  lock_through_libc(g_area, 2 * kPage);
  lock_raw(g_area + 4 * kPage);
  say("mlock2", g_area + 8 * kPage, kPage,
      syscall(SYS_mlock2, g_area + 8 * kPage, kPage, MLOCK_ONFAULT));
  say("munlock", g_area, kPage, munlock(g_area, kPage));
  void* const mapped = mmap(nullptr, 3 * kPage, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
  say("mmap", mapped, 3 * kPage, mapped == MAP_FAILED ? -1 : reinterpret_cast<long>(mapped));
  const int shared = shmget(IPC_PRIVATE, kPage, IPC_CREAT | 0600);
  say("shmctl", nullptr, 0, shmctl(shared, SHM_LOCK, nullptr));
  say("shmctl", nullptr, 0, shmctl(shared, SHM_UNLOCK, nullptr));
  shmctl(shared, IPC_RMID, nullptr);
  say("madvise", g_area + 16 * kPage, kPage, madvise(g_area + 16 * kPage, kPage, MADV_RANDOM));
  say("mlockall", nullptr, 0, syscall(SYS_mlockall, MCL_CURRENT | MCL_ONFAULT));
  say("munlockall", nullptr, 0, munlockall());
  rlimit limit = {};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  say("setrlimit", nullptr, 0, setrlimit(RLIMIT_MEMLOCK, &limit));
}

/// Nothing of this is to be told.
[[gnu::noinline]] void do_other_things() {
  void* const mapped =
      mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(mapped, kPage, MADV_DONTNEED);
  munmap(mapped, kPage);
  rlimit limit = {};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// 64 KiB: what was the limit for a long time.
[[gnu::noinline]] void lock_too_much() {
  const rlimit limit = {kPage * 16, kPage * 16};
  say("setrlimit", nullptr, 0, setrlimit(RLIMIT_MEMLOCK, &limit));
  lock_through_libc(g_area, 8 * kPage);
  lock_through_libc(g_area + 8 * kPage, 16 * kPage);
  say("mlockall", nullptr, 0, mlockall(MCL_CURRENT));
  void* const mapped =
      mmap(nullptr, kArea, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
  say("mmap", nullptr, kArea, mapped == MAP_FAILED ? -1 : reinterpret_cast<long>(mapped));
  const rlimit more = {kPage * 32, kPage * 32};
  say("setrlimit", nullptr, 0, setrlimit(RLIMIT_MEMLOCK, &more));
}

void* lock_own_stack(void*) {
  pthread_setname_np(pthread_self(), "locker");
  char page[2 * kPage];
  std::memset(page, 1, sizeof page);
  lock_through_libc(page, sizeof page);
  return nullptr;
}

}  // extern "C"

namespace {

int lock_in_threads() {
  pthread_t threads[3];
  for (pthread_t& thread : threads) {
    pthread_create(&thread, nullptr, lock_own_stack, nullptr);
  }
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  return 0;
}

int lock_in_children(char* program) {
  const pid_t child = fork();
  if (child == 0) {
    lock_raw(g_area);
    execl(program, program, "raw", static_cast<char*>(nullptr));
    _exit(98);
  }
  int status = 0;
  waitpid(child, &status, 0);
  lock_raw(g_area + kPage);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

void* wait_for_input(void*) {
  pthread_setname_np(pthread_self(), "audio");
  char nothing = 0;
  while (read(STDIN_FILENO, &nothing, 1) > 0) {
  }
  return nullptr;
}

sem_t g_is_unlocked;

void* wait_for_unlock(void*) {
  pthread_setname_np(pthread_self(), "audio");
  sem_wait(&g_is_unlocked);
  return nullptr;
}

/// Starts `body` as a real-time thread.
bool start_realtime(pthread_t& thread, void* (*body)(void*)) {
  pthread_attr_t attributes;
  const sched_param priority = {10};
  pthread_attr_init(&attributes);
  pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
  pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
  pthread_attr_setschedparam(&attributes, &priority);
  if (pthread_create(&thread, &attributes, body, nullptr) != 0) return false;
  return true;
}

/// A real-time thread that waits until the input ends; 77 where none may be started.
int be_realtime(bool is_locking) {
  if (is_locking) say("mlockall", nullptr, 0, mlockall(MCL_CURRENT | MCL_FUTURE));
  pthread_t thread = {};
  if (!start_realtime(thread, wait_for_input)) return 77;
  lock_through_libc(g_area, kPage);
  pthread_join(thread, nullptr);
  if (is_locking) say("munlockall", nullptr, 0, munlockall());
  return 0;
}

/// Unlocks everything while its real-time thread lives.
int unlock_early() {
  sem_init(&g_is_unlocked, 0, 0);
  say("mlockall", nullptr, 0, mlockall(MCL_CURRENT | MCL_FUTURE));
  pthread_t thread = {};
  if (!start_realtime(thread, wait_for_unlock)) return 77;
  say("munlockall", nullptr, 0, munlockall());
  sem_post(&g_is_unlocked);
  pthread_join(thread, nullptr);
  return 0;
}

int repeat(long pairs) {
  for (long i = 0; i < pairs; ++i) {
    if (mlock(g_area, kPage) != 0 || munlock(g_area, kPage) != 0) return 1;
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const char* const mode = count > 1 ? words[1] : "";
  const auto is = [&](const char* name) { return std::strcmp(mode, name) == 0; };
  g_area = static_cast<char*>(
      mmap(nullptr, kArea, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (is("raw")) lock_raw(g_area);
  if (is("interrupt")) lock_by_interrupt();
  if (is("all")) lock_in_every_way();
  if (is("other")) do_other_things();
  if (is("limit")) lock_too_much();
  if (is("threads")) return lock_in_threads();
  if (is("fork")) return lock_in_children(words[0]);
  if (is("realtime")) return be_realtime(false);
  if (is("realtime_locked")) return be_realtime(true);
  if (is("unlock_early")) return unlock_early();
  if (is("exit")) return std::atoi(words[2]);
  if (is("repeat")) return repeat(std::atol(words[2]));
  if (is("crash") || is("kill")) {
    lock_raw(g_area);
    raise(is("kill") ? SIGKILL : SIGSEGV);
  }
  if (is("wait")) {
    say("ready", nullptr, 0, 0);
    while (std::getchar() != EOF) lock_raw(g_area);
  }
  return 0;
}
