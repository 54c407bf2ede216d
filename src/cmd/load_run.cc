// SPDX-License-Identifier: MIT
#include "cmd/load_run.h"

#include <signal.h>

#include <algorithm>
#include <cmath>

#include "act/child_process.h"
#include "act/load_worker.h"
#include "cmd/exit.h"
#include "cmd/load_rates.h"
#include "core/byte_size.h"
#include "core/effort_controller.h"
#include "core/hold_meter.h"
#include "probe/clock_linux.h"
#include "probe/proc_file_linux.h"

namespace holdfast::cmd {
namespace {

constexpr int kPollMilliseconds = 50;
constexpr int kMostKills = 10;
constexpr double kMostBytesPerSecond = 4e9;

/// Where the loop begins: at what the target would take if each touch did exactly what is wanted.
EffortRange effort_range(const LoadTarget& target) {
  switch (target.goal) {
    case LoadGoal::kStallsSome:
    case LoadGoal::kStallsFull:
      return {target.value / 2, 0.0005, 1};
    case LoadGoal::kSwapOut:
      return {target.value, 4096, kMostBytesPerSecond};
    case LoadGoal::kRefaults:
      return {target.value * 4096, 4096, kMostBytesPerSecond};
    case LoadGoal::kLeft:
    case LoadGoal::kPasses:
      return {1, 1, 1};
  }
  return {};
}

bool is_share(LoadGoal goal) {
  return goal == LoadGoal::kStallsSome || goal == LoadGoal::kStallsFull;
}

act::LoadReport sum_of(act::LoadReport a, const act::LoadReport& b) {
  a.touched_bytes += b.touched_bytes;
  a.processor_ns += b.processor_ns;
  a.major_faults += b.major_faults;
  a.passes += b.passes;
  return a;
}

/// One step of the staircase while it goes on.
struct Step {
  LoadTarget target;
  Nanos begin;
  HoldMeter meter;
  int64_t others_at_begin = 0;
  int64_t processor_at_begin = 0;

  Step(const LoadTarget& wanted, Nanos now)
      : target(wanted), begin(now), meter(wanted.value, now) {}
};

class LoadRun {
 public:
  LoadRun(const LoadScope& scope, const LoadPlan& plan, const LoadRunOptions& options,
          probe::PressureGauge gauge)
      : scope_(scope),
        plan_(plan),
        options_(options),
        gauge_(std::move(gauge)),
        rates_(has_others()),
        controller_(options.stairs.front().value, effort_range(options.stairs.front())) {}

  Result<LoadRunEnd> run() {
    HF_TRY(start());
    while (!is_over()) {
      wait_for_stop(kPollMilliseconds);
      HF_TRY(keep_safe());
      HF_TRY(observe());
      if (is_step_over()) HF_TRY(next_step());
    }
    finish_step();
    note_limits();
    workers_.reset();
    end_program();
    return std::move(end_);
  }

 private:
  Result<> start() {
    if (options_.watched > 0) {
      HF_TRY_ASSIGN(probe::ProcFile file,
                    probe::ProcFile::open(probe::proc_path("/proc", options_.watched, "stat")));
      watched_.emplace(std::move(file));
    }
    begin_ = probe::monotonic_now();
    // At once, and from outside: to enter a cgroup takes tens of milliseconds.
    if (scope_.cgroup && plan_.squeezes_per_second > 0) (void)scope_.cgroup->take_everything().ok();
    HF_TRY(start_program());
    HF_TRY(start_workers());
    begin_step();
    return Done{};
  }

  Result<> start_program() {
    if (options_.program.empty()) return Done{};
    act::ChildOptions child;
    child.command = options_.program;
    child.cgroup = scope_.cgroup;
    child.stall_cgroup = scope_.stall_cgroup;
    child.shares_terminal = true;
    HF_TRY_ASSIGN(act::ChildProcess program, act::ChildProcess::start(child));
    program_.emplace(std::move(program));
    return Done{};
  }

  Result<> start_workers() {
    act::LoadWorkerOptions options;
    const LoadGoal goal = target().goal;
    options.method = goal == LoadGoal::kPasses     ? act::LoadMethod::kPasses
                     : goal == LoadGoal::kRefaults ? act::LoadMethod::kAgain
                                                   : act::LoadMethod::kFresh;
    if (plan_.kind != LoadKind::kFile) options.kinds.push_back(act::RingKind::kAnonymous);
    if (plan_.kind != LoadKind::kAnonymous) options.kinds.push_back(act::RingKind::kFile);
    options.ring_bytes = plan_.ring_bytes;
    options.floor_bytes = plan_.floor_bytes;
    options.machine_floor_bytes = plan_.machine_floor_bytes;
    options.cgroup = scope_.cgroup;
    options.stall_cgroup = scope_.stall_cgroup;
    options.is_on_one_processor = plan_.is_on_one_processor;
    // What the workers cannot tell, this process can: whether such a ring can be made at all.
    for (const act::RingKind kind : options.kinds)
      HF_TRY(act::PageRing::make(kind, plan_.ring_bytes));
    workers_.reset();
    HF_TRY_ASSIGN(act::LoadWorkers workers,
                  act::LoadWorkers::start(options, plan_.workers, orders()));
    workers_.emplace(std::move(workers));
    return Done{};
  }

  [[nodiscard]] bool has_others() const { return !options_.program.empty() || !scope_.watchdog; }

  [[nodiscard]] const LoadTarget& target() const { return options_.stairs[step_index_]; }

  /// The orders of the present effort. kLeft is held by the ballast alone.
  [[nodiscard]] act::LoadOrders orders() const {
    act::LoadOrders orders;
    orders.ballast_bytes =
        target().goal == LoadGoal::kLeft ? ballast_for_left_ : plan_.ballast_bytes;
    orders.squeezes_per_second = plan_.squeezes_per_second;
    if (!is_loaded_) return orders;  // rings that turn would keep the ballast from growing
    const double effort = controller_.effort();
    orders.share = is_share(target().goal) ? effort : 1;
    orders.bytes_per_second =
        static_cast<int64_t>(is_share(target().goal) ? kMostBytesPerSecond : effort);
    return orders;
  }

  void begin_step() {
    step_.emplace(target(), probe::monotonic_now());
    const probe::PressureCounts counts = gauge_.read();
    step_->others_at_begin = others_faults(counts);
    step_->processor_at_begin = report().processor_ns;
  }

  [[nodiscard]] act::LoadReport report() const {
    return workers_ ? sum_of(workers_->report(), before_kills_) : before_kills_;
  }

  [[nodiscard]] int64_t others_faults(const probe::PressureCounts& counts) const {
    return counts.major_faults < 0 ? -1 : counts.major_faults - report().major_faults;
  }

  [[nodiscard]] bool is_over() {
    if (stop_requested() || is_done_) return true;
    if (program_ && !program_->is_running()) {
      end_.program_exit_code = program_->exit_code();
      return true;
    }
    if (!watched_) return false;
    const auto stat = watched_->read();
    const bool has_ended = !stat || stat->find(") Z ") != std::string::npos;
    if (has_ended)
      end_.notes.push_back("process " + std::to_string(options_.watched) +
                           " has ended, and the load with it");
    return has_ended;
  }

  /// Workers end by themselves when the machine runs short (and are ended here, should they be held
  /// up); the kernel may kill them at any time.
  Result<> keep_safe() {
    const auto machine = act::read_machine_memory();
    const bool is_short = machine && machine->room.available_bytes < plan_.machine_floor_bytes;
    const auto exit_code = workers_->first_end();
    if (!exit_code && !is_short) return Done{};
    if (is_short || workers_->report().end == act::LoadEnd::kMachineFloor) {
      return unavailable("stopped, and gave everything back: less than " +
                         format_byte_size(plan_.machine_floor_bytes) +
                         " of the machine's memory were available (see --floor)");
    }
    if (*exit_code == 127) {
      return unavailable("the load could not enter the cgroup " +
                         (scope_.cgroup ? scope_.cgroup->directory() : scope_.stall_cgroup) +
                         "; in version 2 only one without children can be entered");
    }
    return restart();
  }

  Result<> restart() {
    if (++kills_ >= kMostKills) {
      return unavailable("the kernel killed the load " + std::to_string(kills_) +
                         " times: too little memory is left for it; give it more --room");
    }
    before_kills_ = report();
    plan_.ballast_bytes = std::max<int64_t>(
        0, plan_.ballast_bytes - std::max(4 * kMebibyte, plan_.ballast_bytes / 8));
    return start_workers();
  }

  Result<> observe() {
    const probe::PressureCounts counts = gauge_.read();
    rates_.add(counts, report());
    if (target().goal == LoadGoal::kLeft) {
      HF_TRY(hold_left(counts.time));
    } else if (const auto actual = rates_.take(target().goal)) {
      actual_ = actual;
      step_->meter.add(counts.time, *actual);
      controller_.next(*actual);
    }
    note_ballast(counts.time);
    workers_->order(orders());
    if (options_.beside) {
      HF_TRY_ASSIGN(const bool goes_on, options_.beside(counts));
      is_done_ = is_done_ || !goes_on;
    }
    if (counts.time - last_sample_ >= kSecond) {
      last_sample_ = counts.time;
      options_.on_sample(sample(counts.time));
    }
    return Done{};
  }

  /// The rings begin to turn when all ballast is there, or could be.
  void note_ballast(Nanos now) {
    const bool is_complete = workers_->report().ballast_bytes + kMebibyte > plan_.ballast_bytes;
    const Nanos time_for_it = kMillisecond * (500 + plan_.ballast_bytes / kMebibyte);
    is_loaded_ = is_loaded_ || is_complete || now - begin_ > time_for_it;
  }

  /// Whatever is missing or too much is taken or given back as a whole: ballast acts at once.
  Result<> hold_left(Nanos now) {
    HF_TRY_ASSIGN(const act::MachineMemory machine, act::read_machine_memory());
    left_bytes_ = left_in(scope_, machine);
    const int64_t held = workers_->report().ballast_bytes;
    ballast_for_left_ = std::clamp<int64_t>(
        held + left_bytes_ - static_cast<int64_t>(target().value), 0, plan_.ballast_bytes);
    if (now - last_left_ < kSecond) return Done{};
    last_left_ = now;
    actual_ = static_cast<double>(left_bytes_);
    step_->meter.add(now, *actual_);
    return Done{};
  }

  /// Even no ballast at all, or all that there may be, leaves something else.
  [[nodiscard]] bool is_left_out_of_reach() const {
    if (target().goal != LoadGoal::kLeft || !actual_) return false;
    const double held = static_cast<double>(workers_->report().ballast_bytes);
    const bool is_too_much_asked = ballast_for_left_ == 0 && held == 0;
    const bool is_too_little_asked = held + kMebibyte > static_cast<double>(plan_.ballast_bytes);
    const double asked = target().value;
    return (is_too_much_asked && *actual_ < asked * (1 - kHoldTolerance)) ||
           (is_too_little_asked && *actual_ > asked * (1 + kHoldTolerance));
  }

  [[nodiscard]] LoadPhase phase() const {
    if (target().goal == LoadGoal::kPasses) return LoadPhase::kPassing;
    if (controller_.reachable() || is_left_out_of_reach()) return LoadPhase::kUnreachable;
    return step_->meter.result().settled_after ? LoadPhase::kHolding : LoadPhase::kSettling;
  }

  [[nodiscard]] LoadSample sample(Nanos now) {
    const auto machine = act::read_machine_memory();
    const act::LoadReport done = report();
    LoadSample sample;
    sample.elapsed = now - begin_;
    sample.target = target();
    sample.phase = phase();
    sample.actual = actual_;
    sample.rates = rates_.rates();
    sample.left_bytes = machine ? left_in(scope_, *machine) : 0;
    sample.ballast_bytes = workers_->report().ballast_bytes;
    sample.passes = done.passes;
    sample.kills = kills_;
    return sample;
  }

  [[nodiscard]] bool is_step_over() const {
    return options_.step_length && probe::monotonic_now() - step_->begin >= *options_.step_length;
  }

  void finish_step() {
    const probe::PressureCounts counts = gauge_.read();
    LoadStep step;
    step.target = target();
    step.hold = step_->meter.result();
    step.reachable = controller_.reachable();
    if (is_left_out_of_reach()) step.reachable = step.hold.mean;
    step.length = probe::monotonic_now() - step_->begin;
    const auto seconds = static_cast<double>(std::max<int64_t>(step.length.count, 1)) / 1e9;
    const int64_t others = others_faults(counts);
    if (others >= 0 && has_others()) {
      const int64_t grown = std::max<int64_t>(0, others - step_->others_at_begin);
      step.other_major_faults = static_cast<double>(grown) / seconds;
    }
    step.processor_share =
        static_cast<double>(report().processor_ns - step_->processor_at_begin) / 1e9 / seconds;
    const bool is_judged = target().goal != LoadGoal::kPasses && step.length >= kShortestJudged;
    if (is_judged && !step.hold.is_held()) end_.is_held = false;
    options_.on_step(step);
  }

  void note_limits() {
    if (target().goal == LoadGoal::kSwapOut && !gauge_.is_swap_out_of_scope()) {
      end_.notes.push_back(
          "what is swapped out is told for the whole machine only: true as long as nobody else "
          "swaps");
    }
    const act::LoadReport done = workers_->report();
    if (done.lock_errno == 0) return;
    end_.notes.push_back("no more than " + format_byte_size(done.ballast_bytes) +
                         " could be locked (see ulimit -l), so pages leave later than they could");
  }

  Result<> next_step() {
    if (step_index_ + 1 == options_.stairs.size()) {
      is_done_ = true;
      return Done{};
    }
    finish_step();
    ++step_index_;
    controller_.aim(target().value);
    begin_step();
    return Done{};
  }

  /// Ctrl-C has reached the program as well; any other end is told to it.
  void end_program() {
    constexpr int kGraceSteps = 10;
    if (!program_) return;
    program_->send(SIGTERM);
    for (int i = 0; i < kGraceSteps && program_->is_running(); ++i) {
      const timespec pause = {0, kPollMilliseconds * kMillisecond.count};
      nanosleep(&pause, nullptr);
    }
    program_.reset();
  }

  const LoadScope& scope_;
  LoadPlan plan_;
  const LoadRunOptions& options_;
  probe::PressureGauge gauge_;
  LoadRatesReader rates_;
  EffortController controller_;
  std::optional<act::LoadWorkers> workers_;
  std::optional<act::ChildProcess> program_;
  std::optional<probe::ProcFile> watched_;
  std::optional<Step> step_;
  size_t step_index_ = 0;
  act::LoadReport before_kills_;
  std::optional<double> actual_;
  int64_t left_bytes_ = 0;
  int64_t ballast_for_left_ = 0;
  int kills_ = 0;
  bool is_done_ = false;
  bool is_loaded_ = false;
  Nanos begin_;
  Nanos last_sample_;
  Nanos last_left_;
  LoadRunEnd end_;
};

}  // namespace

Result<LoadRunEnd> run_load(const LoadScope& scope, const LoadPlan& plan,
                            const LoadRunOptions& options) {
  HF_TRY_ASSIGN(probe::PressureGauge gauge, probe::PressureGauge::open(scope.sources));
  HF_TRY(check_sensors(gauge, options.stairs.front().goal));
  LoadRun run(scope, plan, options, std::move(gauge));
  return run.run();
}

}  // namespace holdfast::cmd
