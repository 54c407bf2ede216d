// SPDX-License-Identifier: MIT
#include "preload/server_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "preload/memory_calls_linux.h"
#include "preload/own_channel_linux.h"

namespace holdfast::preload {
namespace {

constexpr size_t kStackBytes = size_t{192} << 10;
constexpr size_t kMostWarm = 256;
constexpr int64_t kLookNanos = 1'000'000'000;

/// What is kept warm. Only the server uses it.
struct WarmRanges {
  MemoryOrder ranges[kMostWarm];
  size_t count = 0;

  int add(const MemoryOrder& order) {
    if (count == kMostWarm) return ENOSPC;
    ranges[count++] = order;
    return touch_pages(order.begin, order.size_bytes);
  }
  void touch() const {
    for (size_t i = 0; i < count; ++i) touch_pages(ranges[i].begin, ranges[i].size_bytes);
  }
};

/// Until the bell moves on from `seen`, or the time is over.
void wait_for_bell(std::atomic<uint32_t>& bell, uint32_t seen, int64_t nanos) {
  const timespec time = {nanos / 1'000'000'000, nanos % 1'000'000'000};
  syscall(SYS_futex, &bell, FUTEX_WAIT, seen, &time, nullptr, 0);
}

/// A program whose main thread has left ends with its last thread, and that must not be us. Says so
/// when only the main thread, ended, and we are left. Without stdio: the first allocation of a
/// thread maps an arena of 64 MiB, which would count against the program's lock limit.
bool is_last() {
  char text[512];
  const int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return false;
  text[size] = '\0';
  const char* field = strrchr(text, ')');
  if (field == nullptr || field[1] != ' ' || field[2] != 'Z') return false;
  for (int i = 2; i < 20 && field != nullptr; ++i) field = strchr(field + 1, ' ');
  return field != nullptr && atoi(field + 1) <= 2;  // 20: the number of threads
}

void serve(ProgramChannel& channel, const ProgramChannelsHead& head) {
  WarmRanges warm;
  int64_t next_look = now_nanos() + kLookNanos;
  for (;;) {
    const uint32_t bell = channel.bell.load();
    MemoryOrder order = {};
    while (channel.orders.pop(order)) {
      MemoryAnswer answer = {};
      if (order.call == MemoryCall::kKeepWarm) {
        answer.order = order;
        answer.system_errno = warm.add(order);
      } else {
        answer = carry_out(order);
      }
      channel.answers.push(answer);
    }
    warm.touch();
    wait_for_bell(channel.bell, bell,
                  warm.count > 0 ? static_cast<int64_t>(head.keep_warm_ns) : kLookNanos);
    if (now_nanos() < next_look) continue;
    if (is_last()) return;
    next_look = now_nanos() + kLookNanos;
  }
}

void* server_main(void* context) {
  prctl(PR_SET_NAME, "holdfast");
  auto* const channel = static_cast<ProgramChannel*>(context);
  channel->server = gettid();
  serve(*channel, *channels_head());
  return nullptr;
}

/// Its attributes say that it is an ordinary thread, whatever its creator is.
int create(CreateThread create_thread, ProgramChannel* channel) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  const sched_param ordinary = {0};
  pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
  pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
  pthread_attr_setschedparam(&attributes, &ordinary);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread = {};
  int failed = create_thread(&thread, &attributes, server_main, channel);
  if (failed == EINVAL) {  // more thread-local storage than fits: the default size is the program's
    pthread_attr_setstacksize(&attributes, size_t{8} << 20);
    failed = create_thread(&thread, &attributes, server_main, channel);
  }
  pthread_attr_destroy(&attributes);
  return failed;
}

}  // namespace

void start_server(CreateThread create_thread) {
  ProgramChannel* const channel = own_channel();
  int32_t nobody = 0;
  if (channel == nullptr || !channel->server.compare_exchange_strong(nobody, -1)) return;
  const int program_errno = errno;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the program's signals are for its own threads
  if (create(create_thread, channel) != 0) channel->server = 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = program_errno;
}

}  // namespace holdfast::preload
