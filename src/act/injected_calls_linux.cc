// SPDX-License-Identifier: MIT
// The main thread is made to execute the `syscall` instruction of the vDSO, one step each time.
// That one page is in every process, and nobody writes to it. The registers, restored in the end,
// hold also which system call it was interrupted in, so that the kernel begins that one again.
#include "act/injected_calls.h"

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

namespace holdfast::act {
namespace {

#if defined(__x86_64__)

constexpr int kLooksToStop = 2000;
constexpr long kLookNanos = 100'000;

struct Call {
  long number = -1;
  unsigned long long arguments[3] = {};
};

Call call_of(const MemoryOrder& order) {
  switch (order.call) {
    case MemoryCall::kLock:
      return {SYS_mlock, {order.begin, order.size_bytes, 0}};
    case MemoryCall::kUnlock:
      return {SYS_munlock, {order.begin, order.size_bytes, 0}};
    case MemoryCall::kLockAll:
      return {SYS_mlockall, {MCL_CURRENT, 0, 0}};
    case MemoryCall::kUnmap:
      return {SYS_madvise, {order.begin, order.size_bytes, MADV_DONTNEED}};
    case MemoryCall::kPageOut:
      return {SYS_madvise, {order.begin, order.size_bytes, MADV_PAGEOUT}};
    case MemoryCall::kBringIn:
      return {SYS_madvise, {order.begin, order.size_bytes, MADV_POPULATE_READ}};
    case MemoryCall::kRandom:
      return {SYS_madvise, {order.begin, order.size_bytes, MADV_RANDOM}};
    case MemoryCall::kNone:
    case MemoryCall::kKeepWarm:
    case MemoryCall::kRealtime:
      break;
  }
  return {};
}

/// The address of a `syscall` instruction of the process; 0 when none is found.
unsigned long long find_instruction(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::FILE* const maps = std::fopen((folder + "/maps").c_str(), "re");
  if (maps == nullptr) return 0;
  char line[512];
  unsigned long long begin = 0;
  unsigned long long end = 0;
  bool is_found = false;
  while (!is_found && std::fgets(line, sizeof line, maps) != nullptr) {
    is_found = std::string_view(line).find("[vdso]") != std::string_view::npos &&
               std::sscanf(line, "%llx-%llx", &begin, &end) == 2;
  }
  std::fclose(maps);
  if (!is_found || end <= begin || end - begin > 65536) return 0;
  std::string bytes(end - begin, '\0');
  const int memory = open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (memory < 0) return 0;
  const ssize_t size = pread(memory, bytes.data(), bytes.size(), static_cast<off_t>(begin));
  close(memory);
  const size_t at = size > 0 ? bytes.find("\x0f\x05") : std::string::npos;
  return at == std::string::npos ? 0 : begin + at;
}

/// The stopped main thread. The destructor gives it its registers back and lets it go.
class StoppedThread {
 public:
  explicit StoppedThread(pid_t pid) : pid_(pid) {
    instruction_ = find_instruction(pid);
    errno_ = instruction_ == 0 ? EPERM : stop();
  }
  StoppedThread(const StoppedThread&) = delete;
  StoppedThread& operator=(const StoppedThread&) = delete;
  ~StoppedThread() {
    if (!is_seized_) return;
    if (errno_ == 0) write_registers(saved_);
    ptrace(PTRACE_DETACH, pid_, nullptr, reinterpret_cast<void*>(static_cast<uintptr_t>(signal_)));
  }

  [[nodiscard]] int failure() const { return errno_; }

  /// 0, or the errno of the call, or of the attempt.
  int call(const Call& wanted) {
    if (errno_ != 0) return errno_;
    if (wanted.number < 0) return ENOSYS;
    user_regs_struct registers = saved_;
    registers.rip = instruction_;
    registers.orig_rax = ~0ULL;  // it is in no system call, so none is begun again
    registers.rax = static_cast<unsigned long long>(wanted.number);
    registers.rdi = wanted.arguments[0];
    registers.rsi = wanted.arguments[1];
    registers.rdx = wanted.arguments[2];
    if (!write_registers(registers) || !step() || !read_registers(registers)) {
      errno_ = ESRCH;
      return errno_;
    }
    const auto result = static_cast<long long>(registers.rax);
    return result < 0 && result >= -4095 ? static_cast<int>(-result) : 0;
  }

 private:
  int stop() {
    if (ptrace(PTRACE_SEIZE, pid_, nullptr, nullptr) != 0) return errno;
    is_seized_ = true;
    if (ptrace(PTRACE_INTERRUPT, pid_, nullptr, nullptr) != 0) return errno;
    int stop_code = 0;
    if (!wait(stop_code)) return ESRCH;
    if (stop_code >> 8 == 0) signal_ = stop_code;  // one that was on its way
    return read_registers(saved_) ? 0 : errno;
  }

  /// The next stop. That the process has ended is for its parent to be told, who may be us.
  bool wait(int& stop_code) {
    for (int i = 0; i < kLooksToStop; ++i) {
      siginfo_t info = {};
      const auto pid = static_cast<id_t>(pid_);
      if (waitid(P_PID, pid, &info, WSTOPPED | __WALL | WNOHANG) != 0) break;
      stop_code = info.si_status;
      if (info.si_pid == pid_) return true;
      const timespec time = {0, kLookNanos};
      nanosleep(&time, nullptr);
    }
    return false;
  }

  /// One instruction. Signals that come meanwhile wait for the end.
  bool step() {
    for (int i = 0; i < 16; ++i) {
      if (ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0) return false;
      int stop_code = 0;
      if (!wait(stop_code)) return false;
      if (stop_code == SIGTRAP) return true;
      if (stop_code >> 8 == 0) signal_ = stop_code;
    }
    return false;
  }

  bool read_registers(user_regs_struct& registers) {
    iovec where = {&registers, sizeof registers};
    return ptrace(PTRACE_GETREGSET, pid_, NT_PRSTATUS, &where) == 0;
  }
  bool write_registers(user_regs_struct& registers) {
    iovec where = {&registers, sizeof registers};
    return ptrace(PTRACE_SETREGSET, pid_, NT_PRSTATUS, &where) == 0;
  }

  pid_t pid_;
  unsigned long long instruction_ = 0;
  user_regs_struct saved_ = {};
  bool is_seized_ = false;
  int signal_ = 0;
  int errno_ = 0;
};

#else

struct Call {};
Call call_of(const MemoryOrder&) {
  return {};
}

class StoppedThread {
 public:
  explicit StoppedThread(pid_t) {}
  [[nodiscard]] int failure() const { return ENOSYS; }
  int call(const Call&) { return ENOSYS; }
};

#endif

int64_t now_nanos() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::vector<MemoryAnswer> inject_calls(pid_t pid, std::span<const MemoryOrder> orders) {
  StoppedThread thread(pid);
  std::vector<MemoryAnswer> answers;
  for (const MemoryOrder& order : orders) {
    MemoryAnswer answer;
    const int64_t begin = now_nanos();
    answer.order = order;
    answer.system_errno = thread.call(call_of(order));
    answer.took_ns = now_nanos() - begin;
    answers.push_back(answer);
  }
  return answers;
}

int try_to_inject(pid_t pid) {
  return StoppedThread(pid).failure();
}

}  // namespace holdfast::act
