// SPDX-License-Identifier: MIT
// holdfast prove-block: not for people. What `prove` starts for each block of an experiment: a
// working audio thread of which one arm's memory is locked. It writes one line of JSON. For a
// while, the washout, nothing is counted: the thread starts, its pages are pushed out again and
// again, and what it asks back becomes the lock plan, in every arm, so that the arms differ in the
// lock alone. The plan goes on learning, as that of `holdfast run` does.
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "act/lock.h"
#include "act/lock_budget.h"
#include "act/page_out.h"
#include "base/duration.h"
#include "cmd/block_count.h"
#include "cmd/command.h"
#include "cmd/counter.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "cmd/protect.h"
#include "cmd/working_thread.h"
#include "core/byte_size.h"
#include "core/experiment_block.h"
#include "core/judge.h"
#include "core/lock_planner.h"
#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"
#include "report/prove_json.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kBlockProgram = "holdfast prove-block";
/// How often everything is pushed out while the plan is learned.
constexpr Nanos kLearnEvery = kMillisecond * 400;
/// Before the end of the washout: what is locked is read in, and the thread gets over it.
constexpr Nanos kLockBefore = kMillisecond * 700;
/// At least so long after it: to lock everything under pressure took up to a second (measured), in
/// which the thread faulted as if nothing were locked.
constexpr Nanos kRecovery = kMillisecond * 500;

struct ProveBlockOptions {
  std::string arm;
  std::string device = "virtual";
  std::string workload;
  std::string block;
  std::string washout;
  std::string page_out_every;
  audio::StreamFormat format;
};

/// One block, from the first to the last record.
class BlockRun {
 public:
  BlockRun(LockArm arm, WorkingThread& thread, Nanos washout, Nanos block, Nanos page_out_every)
      : arm_(arm),
        thread_(thread),
        washout_(washout),
        block_(block),
        page_out_every_(page_out_every),
        observer_(session::Observer::start(
            {getpid(), thread.opened().device->thread_id(), Observation::kAllEvents})),
        count_(result_) {
    thread.opened().run->observe(*observer_);
    ranges_ = thread.memory();
  }

  Result<BlockResult> run(SessionInfo info) {
    OpenedDevice& opened = thread_.opened();
    info.observation = observer_->level();
    info.observed_thread = opened.device->thread_id();
    Judge judge(info, [this](const Glitch& glitch) { count_.take(glitch); });
    protect_instruments();
    begin();
    const auto ended = opened.run->run(
        [&](std::span<const Record> records) {
          take(records);
          judge.take(records);
          return Result<>(Done{});
        },
        [&](int milliseconds) {
          wait_for_stop(milliseconds);
          act();
          return stop_requested() || probe::monotonic_now() >= time_.end + kBlockTail;
        });
    if (!ended) return ended.error();
    judge.finish();
    finish(judge.summary());
    return result_;
  }

 private:
  void protect_instruments() {
    act::raise_lock_budget();
    std::vector<MemoryRange> instruments = thread_.instruments();
    for (const MemoryRange& range : observer_->working_set()) instruments.push_back(range);
    const auto limitations = protect_observer(observer_->thread_id(), instruments);
    const Protection protection = leave_unlocked(thread_.opened().device->thread_id());
    for (const auto* list : {&protection.limitations, &limitations}) {
      if (!list->empty()) result_.limitation = list->front();
    }
    if (const auto locked = act::read_own_locked_bytes()) instrument_bytes_ = *locked;
  }

  void begin() {
    const Nanos now = probe::monotonic_now();
    lock_at_ = now + washout_ - kLockBefore;
    count_from(now + washout_);
  }

  void count_from(Nanos begin) {
    time_ = {begin, begin + block_};
    count_.begin(time_);
  }

  void take(std::span<const Record> records) {
    for (const Record& record : records) {
      if (record.head.kind == RecordKind::kFaults) note(record_cast<FaultsRecord>(record));
    }
    if (!is_locked_ || arm_ == LockArm::kPlan) touches_.take(records);
  }

  /// The thread's own counters: the last before, and the last inside.
  void note(const FaultsRecord& faults) {
    const Nanos time(faults.head.mono_ns);
    if (time < time_.begin) before_ = faults;
    if (!time_.holds(time)) return;
    result_.major_faults = faults.major - before_.major;
    result_.minor_faults = faults.minor - before_.minor;
  }

  /// What is due now.
  void act() {
    const Nanos now = probe::monotonic_now();
    if (!is_locked_ && now >= lock_at_) {
      is_locked_ = true;
      lock();
      count_from(std::max(time_.begin, probe::monotonic_now() + kRecovery));
    } else if (is_locked_ && arm_ == LockArm::kPlan && touches_.pages() > planned_pages_) {
      lock();  // as `run` does: what was not seen at first waits once, and not again
    }
    const Nanos every = is_locked_ ? page_out_every_ : kLearnEvery;
    if (every == Nanos(0) || now < next_page_out_) return;
    next_page_out_ = now + every;
    act::page_out(ranges_);
    page_outs_ += time_.holds(now);
  }

  void lock() {
    if (arm_ == LockArm::kNone) return;
    const act::LockOutcome outcome =
        arm_ == LockArm::kAll ? act::lock_everything() : act::lock_ranges(ranges_to_lock());
    if (const auto locked = act::read_own_locked_bytes()) {
      result_.locked_bytes = std::max<int64_t>(0, *locked - instrument_bytes_);
    }
    if (outcome.refused.empty()) return;
    result_.trouble = std::string("could not lock ") + outcome.refused.front().range.name + " (" +
                      strerror(outcome.refused.front().system_errno) +
                      "): raise the lock limit, '@audio - memlock unlimited' in "
                      "/etc/security/limits.d/audio.conf, or run it as root";
  }

  std::vector<MemoryRange> ranges_to_lock() {
    if (arm_ != LockArm::kPlan) return thread_.memory_of(arm_);
    if (observer_->level() < Observation::kUserEvents) {
      result_.trouble =
          "page faults are not to be seen with their addresses here, so there is no lock plan: "
          "sysctl kernel.perf_event_paranoid=2, or root";
      return {};
    }
    planned_pages_ = touches_.pages();
    std::vector<MemoryRange> ranges;
    const LockPlan plan = touches_.plan(thread_.opened().device->thread_id(), INT64_MAX);
    for (const PlannedLock& lock : plan.locks) {
      ranges.push_back({lock.begin, static_cast<size_t>(lock.size_bytes), "lock plan"});
    }
    return ranges;
  }

  void finish(const Summary& summary) {
    result_.seconds = counted_seconds(time_, probe::monotonic_now());
    result_.lost_facts = summary.lost_facts;
    if (page_out_every_ > Nanos(0) && result_.seconds > 0) {
      result_.pressure = static_cast<double>(page_outs_) / result_.seconds;
    }
    if (summary.dropped_records > 0 && result_.trouble.empty()) {
      result_.trouble = std::to_string(summary.dropped_records) +
                        " records found no room: pressed so hard that it cannot be measured";
    }
  }

  LockArm arm_;
  WorkingThread& thread_;
  Nanos washout_;
  Nanos block_;
  Nanos page_out_every_;
  std::unique_ptr<session::Observer> observer_;
  std::vector<MemoryRange> ranges_;
  BlockResult result_;
  BlockCount count_;
  CountedTime time_;
  Nanos lock_at_;
  FaultsRecord before_;
  LockPlanner touches_{probe::page_bytes()};
  size_t planned_pages_ = 0;  ///< Of touches_, when ranges were locked last.
  Nanos next_page_out_;
  int64_t page_outs_ = 0;
  int64_t instrument_bytes_ = 0;
  bool is_locked_ = false;
};

Result<BlockResult> measure(const ProveBlockOptions& options, LockArm arm) {
  HF_TRY_ASSIGN(const WorkloadWish wish, parse_workload(options.workload));
  HF_TRY_ASSIGN(const Nanos block, parse_duration(options.block));
  HF_TRY_ASSIGN(const Nanos washout, parse_duration(options.washout));
  Nanos page_out_every;
  if (!options.page_out_every.empty()) {
    HF_TRY_ASSIGN(page_out_every, parse_duration(options.page_out_every));
  }
  StreamOptions stream;
  stream.device = options.device;
  stream.format = options.format;
  HF_TRY_ASSIGN(const auto thread, WorkingThread::open(stream, wish));
  CountOptions described;
  described.stream = stream;
  SessionInfo info = describe_run(described);
  describe_device(thread->opened(), {}, info);
  BlockRun run(arm, *thread, washout, block, page_out_every);
  return run.run(info);
}

int run_prove_block(const ProveBlockOptions& options) {
  Output output(kBlockProgram, {});
  const auto arms = parse_arms(options.arm + "," + options.arm);
  if (!arms) return fail(kBlockProgram, arms.error());
  ExperimentDesign design;
  design.arms = {arms->front()};
  const auto result = measure(options, arms->front());
  if (!result) return fail(kBlockProgram, result.error());
  output.line(prove_block_json(design, *result));
  return output.finish(kHolds);
}

}  // namespace

/// An empty group hides it from --help.
Command add_prove_block(CLI::App& app) {
  CLI::App* command = app.add_subcommand("prove-block", "One block of an experiment");
  command->group("");
  auto options = std::make_shared<ProveBlockOptions>();
  command->add_option("--arm", options->arm)->required();
  command->add_option("--device", options->device);
  command->add_option("--workload", options->workload);
  command->add_option("--for", options->block)->required();
  command->add_option("--washout", options->washout)->required();
  command->add_option("--page-out", options->page_out_every);
  command->add_option("--frames", options->format.block_frames);
  command->add_option("--rate", options->format.rate_hz);
  return {command, [options] { return run_prove_block(*options); }};
}

}  // namespace holdfast::cmd
