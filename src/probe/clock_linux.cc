// SPDX-License-Identifier: MIT
#include "probe/clock_linux.h"

#include <time.h>

namespace holdfast::probe {
namespace {

Nanos read(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return Nanos(now.tv_sec * kSecond.count + now.tv_nsec);
}

}  // namespace

Nanos monotonic_now() {
  return read(CLOCK_MONOTONIC);
}

Nanos utc_minus_monotonic() {
  return read(CLOCK_REALTIME) - read(CLOCK_MONOTONIC);
}

}  // namespace holdfast::probe
