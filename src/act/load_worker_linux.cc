// SPDX-License-Identifier: MIT
#include "act/load_worker.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "act/ballast.h"
#include "act/machine_memory.h"
#include "act/memory_pressure.h"
#include "act/oom_score.h"
#include "act/tighter_room.h"
#include "base/quantity.h"

namespace holdfast::act {

struct LoadWorkers::Board {
  std::atomic<int64_t> ballast_bytes{0};
  std::atomic<double> squeezes_per_second{0};
  std::atomic<int64_t> bytes_per_second{0};
  std::atomic<double> share{0};
  int count = 0;  ///< Of those that turn rings.

  /// Written by one worker each.
  struct Entry {
    std::atomic<int64_t> ballast_bytes{0};
    std::atomic<int64_t> touched_bytes{0};
    std::atomic<int64_t> processor_ns{0};
    std::atomic<int64_t> major_faults{0};
    std::atomic<int64_t> passes{0};
    std::atomic<int> lock_errno{0};
    std::atomic<LoadEnd> end{LoadEnd::kNone};
  };
  std::array<Entry, kMost> entries;
};

namespace {

using Board = LoadWorkers::Board;

constexpr Nanos kTick = kMillisecond * 5;
/// The second one: the first has more interrupts to serve.
constexpr int kRingProcessor = 1;
/// How often the squeeze looks whether it is due.
constexpr Nanos kSqueezeTick = kMillisecond;
constexpr double kForEverNs = 1e18;
/// Ballast taken in one tick at most: 2 GB/s, as fast as pages can be cleared.
constexpr int kBallastSteps = 2;
/// Unused credit that a worker may save up, as a share of a tick.
constexpr double kMostCredit = 4;
/// Swap that is left alone: a ring that fills it to the brim would only bring the killer.
constexpr int64_t kSwapReserve = int64_t{8} << 20;

Nanos now() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return Nanos(int64_t{time.tv_sec} * kSecond.count + time.tv_nsec);
}

void sleep_until(Nanos due) {
  const timespec time = {due.count / kSecond.count, due.count % kSecond.count};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

/// One worker, inside its own process.
class Worker {
 public:
  Worker(const LoadWorkerOptions& options, Board& board, size_t index)
      : options_(options), board_(board), entry_(board.entries.at(index)), index_(index) {}

  /// Returns only when the machine is short of memory.
  int run() {
    prctl(PR_SET_NAME, "holdfast-load");
    if (!volunteer_for_oom_kill()) return 1;  // who cannot volunteer must not press
    if (index_ > 0) return turn_rings();
    return options_.method == LoadMethod::kPasses ? repeat_passes() : carry_ballast();
  }

 private:
  int end(LoadEnd why) {
    entry_.end.store(why);
    return 0;
  }

  int carry_ballast() {
    for (Nanos tick = now(); look_around(); sleep_until(tick += kSqueezeTick)) {
      squeeze_if_due();
      adjust_ballast();
      note_use();
      tick = std::max(tick, now() - kSqueezeTick);
    }
    return end(LoadEnd::kMachineFloor);
  }

  void squeeze_if_due() {
    const double rate = board_.squeezes_per_second.load();
    if (rate <= 0 || !options_.cgroup) return;
    const double pause_ns = std::min(static_cast<double>(kSecond.count) / rate, kForEverNs);
    if (now() - squeezed_ < Nanos(static_cast<int64_t>(pause_ns))) return;
    squeezed_ = now();
    (void)options_.cgroup->take_everything().ok();  // one means among others: may be missing here
  }

  int turn_rings() {
    if (!make_rings()) return end(LoadEnd::kNoRing);
    last_tick_ = now();
    for (Nanos tick = last_tick_; look_around(); sleep_until(tick += kTick)) {
      tick = std::max(tick, now() - kTick);
      press(tick + kTick);
      note_use();
    }
    return end(LoadEnd::kMachineFloor);
  }

  bool make_rings() {
    for (const RingKind kind : options_.kinds) {
      auto ring = PageRing::make(kind, options_.ring_bytes);
      if (!ring) return false;
      rings_.push_back(std::move(*ring));
    }
    return true;
  }

  /// False when the machine is short of memory, whoever took it.
  bool look_around() {
    const auto machine = read_machine_memory();
    if (!machine) return false;
    has_swap_ = machine->room.swap_free_bytes > kSwapReserve;
    return machine->room.available_bytes >= options_.machine_floor_bytes;
  }

  void adjust_ballast() {
    const int64_t wanted = board_.ballast_bytes.load();
    while (ballast_.size_bytes() > wanted) ballast_.shrink();
    for (int step = 0; step < kBallastSteps; ++step) {
      if (ballast_.size_bytes() + Ballast::kStepBytes > wanted) break;
      const MemoryRoom room = tighter_room(options_.cgroup, options_.floor_bytes);
      if (!may_lock(room, options_.floor_bytes, Ballast::kStepBytes)) break;
      const int refusal = ballast_.grow();
      entry_.lock_errno.store(refusal);
      if (refusal != 0) break;
    }
    entry_.ballast_bytes.store(ballast_.size_bytes());
  }

  /// Touches until the credit of waiting or of bytes is used up, or the tick is over. Credit is
  /// kept when negative (a single touch may wait long under pressure), and lost when unused: so
  /// each worker waits for its share of the time, whatever the disk and the processor do.
  void press(Nanos until) {
    Nanos begin = now();
    const Nanos elapsed = begin - last_tick_;
    last_tick_ = begin;
    const auto elapsed_ns = static_cast<double>(elapsed.count);
    wait_credit_ns_ =
        std::min(wait_credit_ns_ + board_.share.load() * elapsed_ns, kMostCredit * elapsed_ns);
    const double rate = static_cast<double>(board_.bytes_per_second.load()) / board_.count;
    const double earned = rate * elapsed_ns / static_cast<double>(kSecond.count);
    byte_credit_ = std::min(byte_credit_ + earned,
                            std::max(earned, static_cast<double>(PageRing::kStepBytes)));
    for (; wait_credit_ns_ > 0 && byte_credit_ > 0 && begin < until; begin = now()) {
      const auto waited = touch();
      if (!waited) return;
      wait_credit_ns_ -= static_cast<double>(waited->count);
      byte_credit_ -= static_cast<double>(PageRing::kStepBytes);
    }
  }

  /// How long it waited; nothing when swap is full and there is nothing else to touch.
  std::optional<Nanos> touch() {
    const size_t ring = next_ring_++ % rings_.size();
    if (options_.kinds[ring] == RingKind::kAnonymous && !has_swap_) {
      return rings_.size() > 1 ? std::optional(Nanos(0)) : std::nullopt;
    }
    entry_.touched_bytes.fetch_add(PageRing::kStepBytes);
    return rings_[ring].touch_step(options_.method == LoadMethod::kAgain ? RingTouch::kAgain
                                                                         : RingTouch::kFresh);
  }

  void note_use() {
    rusage use = {};
    getrusage(RUSAGE_SELF, &use);
    const auto ns = [](const timeval& time) {
      return int64_t{time.tv_sec} * kSecond.count + int64_t{time.tv_usec} * kMicrosecond.count;
    };
    entry_.processor_ns.store(ns(use.ru_utime) + ns(use.ru_stime));
    entry_.major_faults.store(use.ru_majflt);
  }

  int repeat_passes() {
    bool is_safe = true;
    const auto room = [&] {
      is_safe = look_around();
      note_use();
      return tighter_room(options_.cgroup, options_.floor_bytes);
    };
    const PressureLimits limits{room, options_.floor_bytes, [&] { return !is_safe; }};
    while (is_safe) {
      MemoryPressure pressure(limits);
      const PassOutcome first =
          pressure.lock_pass(first_pass_target(limits.room(), options_.floor_bytes));
      pressure.allocate_pass(first.bytes);
      entry_.ballast_bytes.store(first.bytes);
      entry_.passes.fetch_add(1);
      sleep_until(now() + kTick);  // even where a pass takes nothing, it does not spin
    }
    return end(LoadEnd::kMachineFloor);
  }

  const LoadWorkerOptions& options_;
  Board& board_;
  Board::Entry& entry_;
  size_t index_;
  std::vector<PageRing> rings_;
  Ballast ballast_;
  Nanos squeezed_ = now();  // whoever starts the workers squeezes first
  bool has_swap_ = false;
  size_t next_ring_ = 0;
  Nanos last_tick_;
  double wait_credit_ns_ = 0;
  double byte_credit_ = 0;
};

}  // namespace

Result<LoadWorkers> LoadWorkers::start(const LoadWorkerOptions& options, int count,
                                       const LoadOrders& orders) {
  void* memory =
      mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return system_error("cannot share memory with the load", errno);
  LoadWorkers workers(new (memory) Board);
  workers.board_->count = std::clamp(count, 0, kMost - 1);
  workers.order(orders);
  ChildOptions child;
  child.cgroup = options.cgroup;
  child.stall_cgroup = options.stall_cgroup;
  for (int index = 0; index <= workers.board_->count; ++index) {
    if (index > 0 && options.is_on_one_processor) child.processor = kRingProcessor;
    HF_TRY_ASSIGN(ChildProcess process, ChildProcess::start(child, [&] {
                    return Worker(options, *workers.board_, static_cast<size_t>(index)).run();
                  }));
    workers.workers_.push_back(std::move(process));
  }
  return workers;
}

LoadWorkers::LoadWorkers(LoadWorkers&& other) noexcept
    : board_(std::exchange(other.board_, nullptr)), workers_(std::move(other.workers_)) {}

LoadWorkers::~LoadWorkers() {
  workers_.clear();
  if (board_ != nullptr) munmap(board_, sizeof(Board));
}

void LoadWorkers::order(const LoadOrders& orders) {
  board_->ballast_bytes.store(orders.ballast_bytes);
  board_->squeezes_per_second.store(orders.squeezes_per_second);
  board_->bytes_per_second.store(orders.bytes_per_second);
  board_->share.store(orders.share);
}

LoadReport LoadWorkers::report() const {
  LoadReport sum;
  for (const Board::Entry& entry : board_->entries) {
    sum.ballast_bytes += entry.ballast_bytes.load();
    sum.touched_bytes += entry.touched_bytes.load();
    sum.processor_ns += entry.processor_ns.load();
    sum.major_faults += entry.major_faults.load();
    sum.passes += entry.passes.load();
    sum.lock_errno = std::max(sum.lock_errno, entry.lock_errno.load());
    if (sum.end == LoadEnd::kNone) sum.end = entry.end.load();
  }
  return sum;
}

std::optional<int> LoadWorkers::first_end() {
  for (ChildProcess& worker : workers_) {
    if (!worker.is_running()) return worker.exit_code();
  }
  return std::nullopt;
}

}  // namespace holdfast::act
