// SPDX-License-Identifier: MIT
#include "act/thread_hold.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>

#include "core/kernel_text.h"

namespace holdfast::act {
namespace {

constexpr int kLooksToStop = 30;
constexpr long kShortNanos = 10'000;
constexpr int kLooksToLetGo = 2000;
constexpr long kLongNanos = 100'000;

struct CloseFile {
  void operator()(FILE* file) const { std::fclose(file); }
};

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

Result<std::vector<pid_t>> threads_of(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/task";
  const std::unique_ptr<DIR, CloseFolder> folder(opendir(path.c_str()));
  if (folder == nullptr && errno != ENOENT) return system_error("cannot list " + path, errno);
  if (folder == nullptr) return Error{ErrorKind::kUnavailable, ESRCH, "the process has ended"};
  std::vector<pid_t> threads;
  while (const dirent* const entry = readdir(folder.get())) {
    if (const auto thread = parse_number<pid_t>(entry->d_name)) threads.push_back(*thread);
  }
  return threads;
}

void sleep_for(long nanoseconds) {
  const timespec time = {0, nanoseconds};
  nanosleep(&time, nullptr);
}

/// A thread that has ended and is still listed, as the first one is until all have.
bool has_ended(pid_t thread) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/stat", thread);
  const std::unique_ptr<FILE, CloseFile> file(std::fopen(path, "re"));
  char state = 'X';
  if (file != nullptr) static_cast<void>(std::fscanf(file.get(), "%*d (%*[^)]) %c", &state));
  return state == 'Z' || state == 'X';
}

Error refused(int system_errno) {
  return {ErrorKind::kUnavailable, system_errno,
          "its threads cannot be held: another debugger traces the process, or this user may not"};
}

}  // namespace

/// Ctrl-Z would stop us, and them with us.
void ThreadHold::keep_from_stopping(bool is_holding) {
  if (is_kept_from_stopping_ == is_holding) return;
  is_kept_from_stopping_ = is_holding;
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  pthread_sigmask(is_holding ? SIG_BLOCK : SIG_UNBLOCK, &stop, nullptr);
}

Result<> ThreadHold::hold() {
  keep_from_stopping(true);
  for (;;) {
    auto has_new = seize_new();
    if (!has_new) {
      release();
      return std::move(has_new.error());
    }
    wait_a_little();
    if (!*has_new) return Done{};  // threads that stand still start no others
  }
}

Result<bool> ThreadHold::seize_new() {
  HF_TRY_ASSIGN(const std::vector<pid_t> threads, threads_of(pid_));
  bool has_new = false;
  for (const pid_t thread : threads) {
    if (std::ranges::any_of(held_, [&](const Held& held) { return held.thread == thread; })) {
      continue;
    }
    if (ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0) {
      const int seize_errno = errno;
      if (seize_errno == ESRCH || has_ended(thread)) continue;
      return refused(seize_errno);
    }
    held_.push_back({thread});
    has_new = true;
    ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
  }
  return has_new;
}

void ThreadHold::look(Held& held) {
  int status = 0;
  const pid_t waited = waitpid(held.thread, &status, __WALL | WNOHANG);
  if (waited == 0) return;
  held.is_still = true;
  if (waited < 0 || !WIFSTOPPED(status)) {
    held.thread = 0;  // it has ended
    return;
  }
  // Its own event, or a signal that came first and is handed on when it goes.
  held.signal = status >> 16 == 0 ? WSTOPSIG(status) : 0;
}

void ThreadHold::wait_a_little() {
  for (int i = 0; i < kLooksToStop; ++i) {
    bool are_all_still = true;
    for (Held& held : held_) {
      if (!held.is_still) look(held);
      are_all_still = are_all_still && held.is_still;
    }
    if (are_all_still) return;
    sleep_for(kShortNanos);
  }
}

void ThreadHold::release() {
  for (const Held& held : held_) {
    if (held.is_still) let_go(held);
  }
  for (Held& held : held_) {
    if (held.is_still) continue;
    // Let go it can only be once it has stopped. When this program ends first, the kernel does it.
    for (int i = 0; i < kLooksToLetGo && !held.is_still; ++i) {
      sleep_for(kLongNanos);
      look(held);
    }
    let_go(held);
  }
  held_.clear();
  keep_from_stopping(false);
}

void ThreadHold::let_go(const Held& held) {
  if (held.thread == 0) return;
  const auto signal = static_cast<uintptr_t>(held.signal);
  ptrace(PTRACE_DETACH, held.thread, nullptr, reinterpret_cast<void*>(signal));
}

}  // namespace holdfast::act
