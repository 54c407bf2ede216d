// SPDX-License-Identifier: MIT
#include "cmd/take_service.h"

#include <utility>

#include "probe/clock_linux.h"

namespace holdfast::cmd {
namespace {

constexpr Nanos kStatusEvery = kSecond;
/// Sooner than asked, so that one look that comes late kills nobody.
constexpr int64_t kWatchdogShare = 3;

}  // namespace

TakeService::TakeService(const char* program, Output& output) {
  Result<std::optional<session::ServiceNotice>> notice = session::ServiceNotice::from_environment();
  if (notice) {
    notice_ = std::move(*notice);
  } else {
    output.advice(std::string(program) + ": " + notice.error().what + "\n");
  }
}

/// A writer that waits for a slow disk is alive as long as the ring takes what it cannot write yet:
/// to kill it then would lose what the ring holds.
bool TakeService::is_alive(const session::TakeState& state) {
  const bool is_writing = std::exchange(seen_looks_, state.looks) != state.looks;
  const bool is_refusing = std::exchange(seen_refused_, state.refused) != state.refused;
  return is_writing || !is_refusing;
}

void TakeService::tell(const session::TakeState& state, const std::string& status) {
  if (!notice_) return;
  const Nanos now = probe::monotonic_now();
  if (!is_ready_ && state.length > Frames(0)) is_ready_ = notice_->tell("READY=1");
  if (now >= next_status_ && status != told_status_) {
    next_status_ = now + kStatusEvery;
    if (notice_->tell("STATUS=" + status)) told_status_ = status;
  }
  const Nanos limit = notice_->watchdog_limit();
  if (limit == Nanos(0) || now < next_watchdog_) return;
  next_watchdog_ = now + Nanos(limit.count / kWatchdogShare);
  if (is_alive(state)) notice_->tell("WATCHDOG=1");
}

void TakeService::stopping() {
  if (notice_) notice_->tell("STOPPING=1");
}

}  // namespace holdfast::cmd
