// SPDX-License-Identifier: MIT
#include "session/settling.h"

#include <time.h>

#include "probe/clock_linux.h"

namespace holdfast::session {
namespace {

constexpr Nanos kPatience = kMillisecond * 1500;

void wait_a_little() {
  const timespec pause = {0, 2 * kMillisecond.count};
  nanosleep(&pause, nullptr);
}

}  // namespace

Result<> settle(const std::function<Result<>()>& collect, const FactMerge& merge) {
  const Nanos end = probe::monotonic_now() + kPatience;
  while (true) {
    HF_TRY(collect());
    if (!merge.is_waiting() || probe::monotonic_now() >= end) return Done{};
    wait_a_little();
  }
}

}  // namespace holdfast::session
