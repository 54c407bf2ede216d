// SPDX-License-Identifier: MIT
#include "probe/clock_linux.h"

#include <time.h>

namespace holdfast::probe {
namespace {

Nanos time_of(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return Nanos(now.tv_sec * kSecond.count + now.tv_nsec);
}

}  // namespace

Nanos monotonic_now() {
  return time_of(CLOCK_MONOTONIC);
}

Nanos thread_cpu_now() {
  return time_of(CLOCK_THREAD_CPUTIME_ID);
}

Nanos utc_minus_monotonic() {
  return time_of(CLOCK_REALTIME) - time_of(CLOCK_MONOTONIC);
}

}  // namespace holdfast::probe
