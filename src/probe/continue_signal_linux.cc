// SPDX-License-Identifier: MIT
#include "probe/continue_signal_linux.h"

#include <array>
#include <atomic>
#include <cerrno>

#include "probe/clock_linux.h"

namespace holdfast::probe {
namespace {

// A signal handler has no object to belong to.
constexpr size_t kKept = 64;
std::array<std::atomic<int64_t>, kKept> times_ns = {};
std::atomic<uint64_t> arrivals{0};
std::atomic<bool> is_taken{false};
void (*next_handler)(int) = nullptr;

void note_time(int signal) {
  const int saved = errno;
  // The time first: whoever sees the count finds it there.
  const uint64_t index = arrivals.load(std::memory_order_relaxed);
  times_ns[index % kKept].store(monotonic_now().count, std::memory_order_relaxed);
  arrivals.store(index + 1, std::memory_order_release);
  if (next_handler != nullptr) next_handler(signal);
  errno = saved;
}

void add_lost(uint64_t facts, std::vector<Record>& records) {
  LostRecord lost;
  lost.head.kind = RecordKind::kLost;
  lost.end_ns = monotonic_now().count;
  lost.head.mono_ns = lost.end_ns;
  lost.facts = static_cast<int64_t>(facts);
  records.push_back(record_cast<Record>(lost));
}

}  // namespace

Result<std::unique_ptr<ContinueSignal>> ContinueSignal::open() {
  if (is_taken.exchange(true)) {
    return unavailable("SIGCONT is listened to already");
  }
  std::unique_ptr<ContinueSignal> signal(new ContinueSignal);
  signal->told_ = arrivals.load();
  struct sigaction action = {};
  action.sa_handler = &note_time;
  action.sa_flags = SA_RESTART;
  sigaction(SIGCONT, nullptr, &signal->before_);
  const bool is_function = (signal->before_.sa_flags & SA_SIGINFO) == 0 &&
                           signal->before_.sa_handler != SIG_DFL &&
                           signal->before_.sa_handler != SIG_IGN;
  next_handler = is_function ? signal->before_.sa_handler : nullptr;
  if (sigaction(SIGCONT, &action, nullptr) != 0) return system_error("cannot catch SIGCONT", errno);
  return signal;
}

ContinueSignal::~ContinueSignal() {
  sigaction(SIGCONT, &before_, nullptr);
  is_taken.store(false);
}

void ContinueSignal::drain(std::vector<Record>& records) {
  const uint64_t now = arrivals.load(std::memory_order_acquire);
  if (now - told_ > kKept) {
    add_lost(now - told_ - kKept, records);
    told_ = now - kKept;
  }
  for (; told_ < now; told_++) {
    PauseRecord pause;
    pause.head.kind = RecordKind::kPause;
    pause.head.flags = kPauseHasNoBegin;
    pause.end_ns = times_ns[told_ % kKept].load(std::memory_order_acquire);
    pause.head.mono_ns = pause.end_ns;
    records.push_back(record_cast<Record>(pause));
  }
}

}  // namespace holdfast::probe
