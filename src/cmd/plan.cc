// SPDX-License-Identifier: MIT
// holdfast plan: which pages a real-time thread needs locked, in which order, and how many KiB that
// takes. From the faults in a trace, or of a running program: it pushes everything out, again and
// again, and sees what the thread asks back.
#include <unistd.h>

#include <memory>
#include <optional>
#include <set>

#include "act/lock_budget.h"
#include "act/priority.h"
#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "core/byte_size.h"
#include "core/eviction_choice.h"
#include "core/lock_planner.h"
#include "core/observation.h"
#include "lib/process_eviction_linux.h"
#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"
#include "probe/process_linux.h"
#include "probe/watch_target_linux.h"
#include "report/eviction_text.h"
#include "report/lock_plan_text.h"
#include "report/residency_text.h"
#include "session/observer.h"
#include "session/trace_file.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kProgram = "holdfast plan";
constexpr Nanos kShortestInterval = kMillisecond * 50;
constexpr Nanos kLongestInterval = kSecond * 3600;
constexpr int kCollectMilliseconds = 50;
constexpr int kPriority = 98;  ///< Above every audio thread: it holds them, and shall not be late.

struct PlanOptions {
  OutputOptions output;
  std::string trace;
  int pid = 0;
  std::string thread;
  std::string limit;
  std::string every = "1s";
  std::string duration = "5s";
  bool is_only_looking = false;
};

struct Pace {
  Nanos every;
  Nanos duration;
};

Result<Pace> parse_pace(const PlanOptions& options) {
  Pace pace;
  HF_TRY_ASSIGN(pace.every, parse_duration(options.every));
  HF_TRY_ASSIGN(pace.duration, parse_duration(options.duration));
  if (pace.every < kShortestInterval || pace.every > kLongestInterval) {
    return usage_error("--every takes 50ms to 1h, not " + options.every);
  }
  if (pace.duration > Nanos(0)) return pace;
  return usage_error("--for must be longer than 0s");
}

/// --limit, or else that of whoever is to lock: the process, or this user.
Result<LockPlanLimit> find_limit(const PlanOptions& options) {
  LockPlanLimit limit;
  if (!options.limit.empty()) {
    HF_TRY_ASSIGN(limit.size_bytes, parse_byte_size(options.limit));
    limit.source = "--limit";
    return limit;
  }
  std::optional<int64_t> size_bytes;
  if (options.pid != 0) {
    HF_TRY_ASSIGN(size_bytes, probe::read_lock_limit(options.pid));
    limit.source = "the lock limit of process " + std::to_string(options.pid);
  } else {
    const act::LockBudget budget = act::read_lock_budget();
    if (!budget.is_unlimited) size_bytes = budget.hard_bytes;
    limit.source = "your lock limit";
  }
  limit.is_unlimited = !size_bytes;
  limit.size_bytes = size_bytes.value_or(INT64_MAX);
  return limit;
}

void show(const LockPlan& plan, const LockPlanLimit& limit, const LockPlanner& touches,
          Output& output) {
  output.text(output.is_json() ? lock_plan_json(plan, limit) : lock_plan_text(plan, limit));
  const FaultTotals& totals = touches.totals();
  if (totals.faults == 0) {
    output.advice(std::string(kProgram) +
                  ": no page fault was seen, so nothing is known but the stack\n");
  }
  if (touches.missed() > 0) {
    output.advice(std::string(kProgram) + ": " + std::to_string(touches.missed()) +
                  " facts were lost: pages may be missing from the plan\n");
  }
}

Error blind(const std::string& who, const std::string& what_to_do) {
  return {ErrorKind::kUnavailable, 0, who + " shows no page faults with addresses; " + what_to_do};
}

Result<> plan_from_trace(const PlanOptions& options, Output& output) {
  HF_TRY_ASSIGN(const LockPlanLimit limit, find_limit(options));
  HF_TRY_ASSIGN(TraceReader reader, session::open_trace(options.trace));
  const SessionInfo info = reader.info();
  if (info.observation < Observation::kUserEvents) {
    return blind("the trace", "record one where perf events are allowed: see 'observed by' there");
  }
  LockPlanner touches(probe::page_bytes());
  for (auto records = reader.next(); !records.empty() && !stop_requested();
       records = reader.next()) {
    touches.take(records);
  }
  if (const std::string& damage = reader.progress().statement; !damage.empty()) {
    output.advice(std::string(kProgram) + ": " + damage + "\n");
  }
  show(touches.plan(info.observed_thread, limit.size_bytes), limit, touches, output);
  return Done{};
}

/// Pushes everything out once an interval, and collects what the thread asks back.
class Measurement {
 public:
  Measurement(const probe::WatchTarget& target, std::optional<lib::ProcessEviction> eviction,
              Output& output)
      : thread_(target.choice.thread.id),
        eviction_(std::move(eviction)),
        output_(output),
        observer_(session::Observer::start({target.pid, thread_, Observation::kAllEvents})) {}

  [[nodiscard]] Result<> check() {
    show(observer_->limitations());
    if (observer_->level() >= Observation::kUserEvents) return Done{};
    return blind("this machine", "allow perf events: sysctl kernel.perf_event_paranoid=2, or root");
  }

  Result<> run(const Pace& pace) {
    const Nanos begin = probe::monotonic_now();
    collect();  // what happened before the first eviction counts as well
    for (Nanos next = begin; !is_over(begin + pace.duration); collect()) {
      if (eviction_ && probe::monotonic_now() >= next) {
        next = probe::monotonic_now() + pace.every;
        HF_TRY(push_out());
      }
      wait_for_stop(kCollectMilliseconds);
    }
    collect();
    output_.progress("");
    return Done{};
  }

  [[nodiscard]] const LockPlanner& touches() const { return touches_; }

 private:
  [[nodiscard]] bool is_over(Nanos end) const {
    return stop_requested() || probe::monotonic_now() >= end || observer_->has_ended();
  }

  Result<> push_out() {
    act::make_realtime(0, kPriority);
    auto eviction = eviction_->evict();
    act::make_ordinary();
    if (!eviction) return std::move(eviction.error());
    if (++rounds_ == 1) output_.advice(advice_on(*eviction));
    show(eviction->missing);
    return Done{};
  }

  void collect() {
    records_.clear();
    observer_->collect(records_);
    touches_.take(records_);
    show(observer_->take_new_limitations());
    output_.progress("round " + std::to_string(rounds_) + ": " + std::to_string(touches_.pages()) +
                     " pages asked back");
  }

  void show(const std::vector<Unavailable>& limitations) {
    for (const Unavailable& missing : limitations) {
      if (!shown_.insert(missing.why).second) continue;
      const std::string way = missing.how_to_get_it.empty() ? "" : " -- " + missing.how_to_get_it;
      output_.advice("limited: " + missing.why + way + "\n");
    }
  }

  pid_t thread_;
  std::optional<lib::ProcessEviction> eviction_;
  Output& output_;
  std::unique_ptr<session::Observer> observer_;
  LockPlanner touches_{probe::page_bytes()};
  std::vector<Record> records_;
  std::set<std::string> shown_;
  int rounds_ = 0;
};

Result<std::optional<lib::ProcessEviction>> open_eviction(const PlanOptions& options,
                                                          const probe::WatchTarget& target) {
  if (options.is_only_looking) return std::optional<lib::ProcessEviction>();
  HF_TRY_ASSIGN(const EvictionWish wish, parse_eviction_wish({"all"}, ""));
  HF_TRY_ASSIGN(const auto regions, choose_evicted(target.regions, wish, probe::page_bytes()));
  const std::vector<MemoryRange> locked = target.locked.value_or(std::vector<MemoryRange>());
  HF_TRY_ASSIGN(auto eviction, lib::ProcessEviction::open(options.pid, regions, locked));
  return std::optional(std::move(eviction));
}

Result<> plan_from_process(const PlanOptions& options, Output& output) {
  HF_TRY_ASSIGN(const Pace pace, parse_pace(options));
  HF_TRY_ASSIGN(const probe::WatchTarget target,
                probe::read_watch_target(options.pid, options.thread));
  HF_TRY_ASSIGN(const LockPlanLimit limit, find_limit(options));
  HF_TRY_ASSIGN(auto eviction, open_eviction(options, target));
  output.advice(thread_text(options.pid, target.status, target.choice));
  if (target.status.locked_bytes.value_or(0) > 0) {
    output.advice("limited: " + format_byte_size(*target.status.locked_bytes) +
                  " are locked already; they do not leave, so they are not in the plan\n");
  }
  Measurement measurement(target, std::move(eviction), output);
  HF_TRY(measurement.check());
  HF_TRY(measurement.run(pace));
  const LockPlanner& touches = measurement.touches();
  show(touches.plan(target.choice.thread.id, limit.size_bytes), limit, touches, output);
  return Done{};
}

Result<int> plan(const PlanOptions& options, Output& output) {
  if (options.trace.empty() == (options.pid == 0)) {
    return usage_error("give it either a trace or --pid; see holdfast plan --help");
  }
  if (options.pid == getpid()) {
    return usage_error("--pid is this program itself");
  }
  HF_TRY(options.pid != 0 ? plan_from_process(options, output) : plan_from_trace(options, output));
  return kHolds;
}

int run_plan(const PlanOptions& options) {
  Output output(kProgram, options.output);
  return output.finish(plan(options, output));
}

}  // namespace

Command add_plan(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("plan", "Which pages of a real-time thread to lock, in which order");
  auto options = std::make_shared<PlanOptions>();
  command->add_option("trace", options->trace, "A .hft file, or - for standard input");
  command
      ->add_option("--pid", options->pid,
                   "Push out all pages of this process, and see which its thread asks back")
      ->check(CLI::Range(1, 1 << 22));
  command->add_option("--thread", options->thread,
                      "Id or name of the thread (default: the real-time thread that runs first)");
  command->add_option("--limit", options->limit,
                      "Lock no more than this, e.g. 2M (default: the lock limit of the process, or "
                      "yours for a trace)");
  command
      ->add_option("--for", options->duration, "How long to measure; rare paths need time to come")
      ->capture_default_str();
  command->add_option("--every", options->every, "How often everything is pushed out")
      ->capture_default_str();
  command->add_flag("--only-look", options->is_only_looking,
                    "Push nothing out; see only what faults by itself");
  add_output_options(*command, options->output);
  command->footer(
      "Measuring makes the program glitch; --only-look and traces do not.\n"
      "Example: sudo holdfast plan --pid $(pidof jackd) --for 10s\n"
      "Exit codes: 0 planned, 2 usage or not a trace, 3 cannot be done here");
  return {command, [options] { return run_plan(*options); }};
}

}  // namespace holdfast::cmd
