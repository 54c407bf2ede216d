// SPDX-License-Identifier: MIT
// How the audio thread waits and reads its clock. The wait is the bare system call: libc's wrapper
// is a cancellation point whose code spreads over several pages of libc, each of which would have
// to be locked; this way the audio thread's code is its own section, three functions of libc and
// the vDSO.
#pragma once

#include <poll.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/quantity.h"
#include "base/realtime.h"

namespace holdfast::audio {

/// CLOCK_MONOTONIC now; through the vDSO, no system call. RT safe.
HF_RT_INLINE Nanos monotonic_now() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return Nanos(now.tv_sec * kSecond.count + now.tv_nsec);
}

/// Sleeps until `time` on CLOCK_MONOTONIC; a signal may end it early. RT safe: it is the wait.
HF_RT_INLINE void sleep_until(Nanos time) {
  const timespec until = {time.count / kSecond.count, time.count % kSecond.count};
#if defined(__x86_64__)
  long result = SYS_clock_nanosleep;
  register const timespec* remaining asm("r10") = nullptr;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(static_cast<long>(CLOCK_MONOTONIC)), "S"(static_cast<long>(TIMER_ABSTIME)),
                 "d"(&until), "r"(remaining)
               : "rcx", "r11", "memory");
#elif defined(__aarch64__)
  register long number asm("x8") = SYS_clock_nanosleep;
  register long result asm("x0") = CLOCK_MONOTONIC;
  register long flags asm("x1") = TIMER_ABSTIME;
  register const timespec* until_register asm("x2") = &until;
  register const timespec* remaining asm("x3") = nullptr;
  asm volatile("svc 0"
               : "+r"(result)
               : "r"(number), "r"(flags), "r"(until_register), "r"(remaining)
               : "memory");
#else
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
#endif
}

/// Waits until one of the descriptors has an event, `time` long at most: how many have, 0 after
/// that time, or a negative error number. RT safe: it is the wait.
HF_RT_INLINE long wait_for_input(pollfd* descriptors, unsigned count, Nanos time) {
  timespec left = {time.count / kSecond.count, time.count % kSecond.count};
#if defined(__x86_64__)
  long result = SYS_ppoll;
  register const void* signals asm("r10") = nullptr;
  register long signals_bytes asm("r8") = 8;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(descriptors), "S"(static_cast<long>(count)), "d"(&left), "r"(signals),
                 "r"(signals_bytes)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long number asm("x8") = SYS_ppoll;
  register long result asm("x0") = reinterpret_cast<long>(descriptors);
  register long length asm("x1") = static_cast<long>(count);
  register timespec* left_register asm("x2") = &left;
  register const void* signals asm("x3") = nullptr;
  register long signals_bytes asm("x4") = 8;
  asm volatile("svc 0"
               : "+r"(result)
               : "r"(number), "r"(length), "r"(left_register), "r"(signals), "r"(signals_bytes)
               : "memory");
  return result;
#else
  return ppoll(descriptors, count, &left, nullptr);
#endif
}

}  // namespace holdfast::audio
