// SPDX-License-Identifier: MIT
// holdfast evict: pushes chosen pages of a thread's process out of memory now, says what left and
// what stayed and why, and shows what it costs the thread to get them back.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>

#include "act/priority.h"
#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/fault_watch.h"
#include "cmd/output.h"
#include "core/eviction_choice.h"
#include "lib/process_eviction_linux.h"
#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"
#include "probe/thread_faults_linux.h"
#include "probe/watch_target_linux.h"
#include "report/eviction_text.h"
#include "report/residency_text.h"
#include "report/utc_time.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kEvictProgram = "holdfast evict";
constexpr Nanos kShortestInterval = kMillisecond * 10;
constexpr Nanos kLongestInterval = kSecond * 3600;
constexpr Nanos kLookAfterOne = kSecond;
constexpr Nanos kFaultInterval = kMillisecond * 50;
constexpr int kPriority = 98;  ///< Above every audio thread: it holds them, and shall not be late.

struct EvictOptions {
  OutputOptions output;
  int pid = 0;
  std::string thread;
  std::vector<std::string> what;
  std::string file;
  std::string every;
  std::string duration;
};

/// The options with durations understood.
struct Pace {
  Nanos every;     ///< 0: once.
  Nanos duration;  ///< How long in all.
};

Result<Pace> parse_pace(const EvictOptions& options) {
  Pace pace;
  pace.duration = options.every.empty() ? kLookAfterOne : Nanos(INT64_MAX / 2);
  if (!options.every.empty()) {
    HF_TRY_ASSIGN(pace.every, parse_duration(options.every));
    if (pace.every < kShortestInterval || pace.every > kLongestInterval) {
      return usage_error("--every takes 10ms to 1h, not " + options.every);
    }
  }
  if (!options.duration.empty()) {
    HF_TRY_ASSIGN(pace.duration, parse_duration(options.duration));
  }
  return pace;
}

Nanos utc_now() {
  return probe::monotonic_now() + probe::utc_minus_monotonic();
}

bool is_end_of_process(const Error& error) {
  return error.system_errno == ESRCH || error.system_errno == ENOENT;
}

/// Pushes out, waits, and says what came of it.
class Sniper {
 public:
  Sniper(int pid, ThreadChoice choice, lib::ProcessEviction eviction,
         probe::ThreadFaultCounter counter, Output& output)
      : pid_(pid),
        choice_(std::move(choice)),
        eviction_(std::move(eviction)),
        counter_(std::move(counter)),
        output_(output) {}

  void show_missing(const Unavailable& missing) {
    if (!shown_.insert(missing.why).second) return;
    if (output_.is_json()) return output_.line(missing_eviction_json(utc_now(), missing));
    const std::string advice = missing.how_to_get_it.empty() ? "" : " -- " + missing.how_to_get_it;
    output_.advice("limited: " + missing.why + advice + "\n");
  }

  Result<> run(const Pace& pace) {
    start_faults();
    const Nanos start = probe::monotonic_now();
    const Nanos end = start + pace.duration;
    Nanos next = start;
    while (!stop_requested()) {
      const Nanos now = probe::monotonic_now();
      if (now >= end && summary_.evictions > 0) break;
      if (now >= next) {
        Result<> result = fire();
        if (!result && is_end_of_process(result.error())) return process_ended();
        HF_TRY(std::move(result));
        next = pace.every > Nanos(0) ? next_after(next, pace.every) : Nanos(INT64_MAX);
      }
      wait_until(std::min(next, end));
    }
    hear_answer();
    return Done{};
  }

  void show_summary() {
    faults_->finish();
    output_.is_json() ? output_.line(summary_json(utc_now(), summary_))
                      : output_.text(summary_text(summary_));
  }

  [[nodiscard]] int code() const { return summary_.left_pages > 0 ? kHolds : kGlitches; }

 private:
  static Nanos next_after(Nanos next, Nanos every) {
    const Nanos now = probe::monotonic_now();
    while (next <= now) next += every;
    return next;
  }

  void start_faults() {
    faults_.emplace(pid_, choice_.thread.id, output_);
    faults_->show_start();
    for (const Unavailable& missing : faults_->limitations()) show_missing(missing);
  }

  Result<> fire() {
    hear_answer();
    HF_TRY_ASSIGN(before_, counter_.read());
    // Where that is refused, the threads are held a little longer.
    act::make_realtime(0, kPriority);
    auto result = eviction_.evict();
    act::make_ordinary();  // to print and to look up symbols is not worth to delay an audio thread
    HF_TRY_ASSIGN(const Eviction eviction, std::move(result));
    summary_.add(eviction);
    is_answer_due_ = true;
    for (const Unavailable& missing : eviction.missing) show_missing(missing);
    show(eviction);
    return Done{};
  }

  void show(const Eviction& eviction) {
    const Nanos utc = utc_now();
    const int64_t index = summary_.evictions;
    if (output_.is_json()) return output_.line(eviction_json(utc, index, eviction));
    if (index == 1) output_.text(eviction_table(eviction));
    output_.line(eviction_line(index, utc_clock_text(utc), eviction));
    if (index == 1) output_.advice(advice_on(eviction));
  }

  /// What the thread had to wait for since the last eviction.
  void hear_answer() {
    if (!is_answer_due_) return;
    is_answer_due_ = false;
    const auto now = counter_.read();
    if (!now) return;
    const EvictionAnswer answer{now->minor - before_.minor, now->major - before_.major};
    summary_.add(answer);
    if (output_.is_json()) output_.line(answer_json(utc_now(), summary_.evictions, answer));
  }

  void wait_until(Nanos time) {
    while (!stop_requested()) {
      faults_->look();
      for (const Unavailable& missing : faults_->take_new_limitations()) show_missing(missing);
      const Nanos now = probe::monotonic_now();
      if (now >= time) return;
      const Nanos pause = std::min(time - now, kFaultInterval) + kMillisecond - Nanos(1);
      wait_for_stop(static_cast<int>(pause.count / kMillisecond.count));
    }
  }

  Result<> process_ended() {
    summary_.has_process_ended = true;
    return Done{};
  }

  int pid_;
  ThreadChoice choice_;
  lib::ProcessEviction eviction_;
  probe::ThreadFaultCounter counter_;
  Output& output_;
  std::optional<FaultWatch> faults_;  ///< From the begin of run().
  probe::ThreadFaults before_;
  bool is_answer_due_ = false;
  EvictionSummary summary_;
  std::set<std::string> shown_;
};

Result<int> evict_pages(const EvictOptions& options, Output& output) {
  HF_TRY_ASSIGN(const Pace pace, parse_pace(options));
  HF_TRY_ASSIGN(const EvictionWish wish, parse_eviction_wish(options.what, options.file));
  HF_TRY_ASSIGN(const probe::WatchTarget target,
                probe::read_watch_target(options.pid, options.thread));
  HF_TRY_ASSIGN(const auto regions, choose_evicted(target.regions, wish, probe::page_bytes()));
  const std::vector<MemoryRange> locked = target.locked.value_or(std::vector<MemoryRange>());
  HF_TRY_ASSIGN(auto eviction, lib::ProcessEviction::open(options.pid, regions, locked));
  HF_TRY_ASSIGN(auto counter,
                probe::ThreadFaultCounter::open(options.pid, target.choice.thread.id));
  output.is_json() ? output.line(eviction_thread_json(utc_now(), options.pid, target.choice))
                   : output.text(thread_text(options.pid, target.status, target.choice));
  Sniper sniper(options.pid, target.choice, std::move(eviction), std::move(counter), output);
  for (const Unavailable& missing : target.missing) sniper.show_missing(missing);
  HF_TRY(sniper.run(pace));
  sniper.show_summary();
  return sniper.code();
}

int run_evict(const EvictOptions& options) {
  Output output(kEvictProgram, options.output);
  if (options.pid == getpid()) {
    return output.finish(usage_error("--pid is this program itself"));
  }
  return output.finish(evict_pages(options, output));
}

}  // namespace

Command add_evict(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "evict", "Push chosen pages of a program out of memory, and see what it costs its thread");
  auto options = std::make_shared<EvictOptions>();
  command->add_option("--pid", options->pid, "The process whose pages are to leave")
      ->check(CLI::Range(1, 1 << 22))
      ->required();
  command->add_option("--thread", options->thread,
                      "Id or name of the thread (default: the real-time thread that runs first)");
  command
      ->add_option("--what", options->what,
                   "stack, text, data, heap, all, or an address with a length; repeatable")
      ->type_name("WHAT")
      ->required();
  command->add_option("--file", options->file,
                      "Text or data of this file, such as libm.so.6, not of the program's");
  command->add_option("--every", options->every, "Again and again, e.g. each 400ms; at least 10ms");
  command->add_option("--for", options->duration,
                      "How long to go on and to look (default: 1s, with --every until Ctrl-C)");
  add_output_options(*command, options->output);
  command->footer(
      "Example: sudo holdfast evict --pid $(pidof jackd) --what text --every 400ms --for 10s\n"
      "Needs root; inside a program of your own, hf_evict() does it without.\n"
      "Exit codes: 0 pages left, 1 none left, 2 usage, 3 cannot be done here");
  return {command, [options] { return run_evict(*options); }};
}

}  // namespace holdfast::cmd
