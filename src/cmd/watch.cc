// SPDX-License-Identifier: MIT
// holdfast watch: which pages of a thread's stack, code and data are in memory, and when they leave
// and come back, and the page faults that the thread takes. Read-only: looking changes no page.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>

#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/fault_watch.h"
#include "cmd/output.h"
#include "cmd/own_audio_thread.h"
#include "core/proc_smaps.h"
#include "probe/clock_linux.h"
#include "probe/residency_watch_linux.h"
#include "probe/thread_faults_linux.h"
#include "probe/watch_target_linux.h"
#include "report/residency_json.h"
#include "report/residency_text.h"
#include "report/utc_time.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kWatchProgram = "holdfast watch";
constexpr Nanos kShortestInterval = kMillisecond;
constexpr Nanos kLongestInterval = kSecond * 3600;
/// Faults are told at least this often, however seldom the pages are looked at.
constexpr Nanos kLongestFaultInterval = kMillisecond * 100;
/// 60 ns a page (measured with 5000 pages of 100 mappings) at 5 % of one processor.
constexpr int64_t kIntervalNanosPerPage = 1200;

struct WatchOptions {
  OutputOptions output;
  int pid = 0;
  std::string thread;
  std::string every = "100ms";
  std::string duration;
  bool is_showing_pages = false;
  bool is_once = false;
};

/// The options with durations understood.
struct Pace {
  Nanos every;
  Nanos duration;  ///< 0: until stopped.
};

Result<Pace> parse_pace(const WatchOptions& options) {
  Pace pace;
  HF_TRY_ASSIGN(pace.every, parse_duration(options.every));
  if (!options.duration.empty()) {
    HF_TRY_ASSIGN(pace.duration, parse_duration(options.duration));
    if (pace.duration == Nanos(0)) {
      return usage_error("--for must be longer than 0s");
    }
  }
  if (pace.every >= kShortestInterval && pace.every <= kLongestInterval) return pace;
  return usage_error("--every takes 1ms to 1h, not " + options.every);
}

/// Own thread or another process's.
Result<probe::WatchTarget> find_target(const WatchOptions& options,
                                       std::unique_ptr<OwnAudioThread>& own) {
  if (options.pid != 0) return probe::read_watch_target(options.pid, options.thread);
  if (!options.thread.empty()) {
    return usage_error("--thread needs --pid; without, it watches its own thread");
  }
  HF_TRY_ASSIGN(own, OwnAudioThread::start());
  HF_TRY_ASSIGN(probe::WatchTarget target,
                probe::read_watch_target(getpid(), std::to_string(own->id()), own->stack()));
  target.choice.reason = "started here to be watched; --pid watches another program";
  return target;
}

/// Everything between the pages and the user.
class Watcher {
 public:
  Watcher(probe::WatchTarget target, probe::ResidencyWatch watch,
          probe::ThreadFaultCounter fault_counter, Output& output)
      : target_(std::move(target)),
        watch_(std::move(watch)),
        fault_counter_(std::move(fault_counter)),
        output_(output) {}

  Result<> show_start(bool is_showing_pages) {
    print(thread_text(target_.pid, target_.status, target_.choice),
          thread_json(utc_now(), target_.pid, target_.status, target_.choice));
    HF_TRY(show_table());
    if (is_showing_pages) HF_TRY(show_pages());
    for (const Unavailable& missing : target_.missing) show_missing(missing);
    show_limitations();
    if (target_.status.locked_bytes.value_or(0) > 0 && target_.pid != getpid()) {
      output_.advice(
          "read smaps once, to see what is locked; it is not read again, because that "
          "holds up the process\n");
    }
    return Done{};
  }

  /// Where the watched thread's stack is, when it said so itself.
  void know_stack(const MemoryRange& stack) { stack_ = stack; }

  /// Until stopped, the time is over, or the process ends.
  Result<> run(const Pace& pace) {
    HF_TRY_ASSIGN(const probe::ThreadFaults before, fault_counter_.read());
    const Nanos start = probe::monotonic_now();
    const Nanos end = pace.duration > Nanos(0) ? start + pace.duration : Nanos(INT64_MAX);
    start_faults();
    Nanos next_look = start;
    while (true) {
      faults_->look();  // may take long when it meets many new symbols
      const Nanos now = probe::monotonic_now();
      summary_.watched = now - start;
      const bool is_last = stop_requested() || now >= end;
      if (is_last || now >= next_look) {
        HF_TRY(look(now));
        count_faults(before);
        next_look = now + pace.every;
      }
      if (summary_.has_process_ended || is_last) return Done{};
      wait_until(std::min({next_look, end, now + kLongestFaultInterval}), now);
    }
  }

  void show_summary() {
    faults_->finish();
    summary_.seen_faults = faults_->totals();
    summary_.pages_out = watch_.pages_out();
    print(summary_text(summary_), summary_json(utc_now(), summary_));
    show_limitations();
  }

 private:
  static Nanos utc_now() { return probe::monotonic_now() + probe::utc_minus_monotonic(); }

  void print(const std::string& text, const std::string& json) {
    output_.is_json() ? output_.line(json) : output_.text(text);
  }

  void show_missing(const Unavailable& missing) {
    if (output_.is_json()) return output_.line(missing_json(utc_now(), missing));
    const std::string advice = missing.how_to_get_it.empty() ? "" : " -- " + missing.how_to_get_it;
    output_.advice("unknown: " + missing.why + advice + "\n");
  }

  /// Those that were not shown before.
  void show_new(const std::vector<Unavailable>& limitations) {
    for (const Unavailable& limitation : limitations) {
      if (shown_.insert(limitation.why).second) show_missing(limitation);
    }
  }

  void show_limitations() {
    show_new(watch_.probe().limitations());
    if (faults_) show_new(faults_->take_new_limitations());
  }

  void start_faults() {
    faults_.emplace(target_.pid, target_.choice.thread.id, output_);
    faults_->know_stack(stack_);
    faults_->show_start();
    show_new(faults_->limitations());
  }

  /// Rounded up: what is due must be due after it.
  static void wait_until(Nanos time, Nanos now) {
    const Nanos pause = std::max(time - now, Nanos(0)) + kMillisecond - Nanos(1);
    wait_for_stop(static_cast<int>(pause.count / kMillisecond.count));
  }

  Result<RegionRow> row_of(size_t index) {
    const Region& region = watch_.probe().regions()[index];
    HF_TRY(watch_.read(index, pages_));
    RegionRow row{
        region.kind,         region.name,  region.parts.front().begin, region.size_bytes(),
        count_pages(pages_), std::nullopt, region.is_extent_exact,     watch_.is_watched(index)};
    if (!target_.locked) return row;
    row.locked_bytes = 0;
    for (const Mapping& part : region.parts) {
      *row.locked_bytes += locked_bytes_of({part.begin, part.size_bytes(), ""}, *target_.locked);
    }
    return row;
  }

  Result<> show_table() {
    std::vector<RegionRow> rows;
    for (size_t i = 0; i < watch_.probe().regions().size(); ++i) {
      HF_TRY_ASSIGN(RegionRow row, row_of(i));
      if (output_.is_json()) output_.line(region_json(utc_now(), row));
      rows.push_back(std::move(row));
    }
    if (!output_.is_json()) output_.text(residency_table(join_minor_rows(rows)));
    return Done{};
  }

  Result<> show_pages() {
    if (output_.is_json()) return Done{};  // counts are in the regions; maps are for eyes
    output_.text(page_map_legend());
    for (size_t i = 0; i < watch_.probe().regions().size(); ++i) {
      if (!watch_.is_watched(i)) continue;
      HF_TRY(watch_.read(i, pages_));
      output_.text(page_map(watch_.probe().regions()[i], pages_, probe::page_bytes()));
    }
    return Done{};
  }

  Result<> look(Nanos now) {
    auto events = watch_.look(now, now + probe::utc_minus_monotonic());
    if (!events && events.error().system_errno == ESRCH) {
      summary_.has_process_ended = true;
      return Done{};
    }
    if (!events) return std::move(events.error());
    summary_.polls++;
    for (const ResidencyEvent& event : *events) show(event);
    return Done{};
  }

  void show(const ResidencyEvent& event) {
    summary_.add(event.change);
    if (!output_.is_json()) return output_.text(change_text(event, utc_clock_text(event.utc)));
    for (const std::string& line : change_json(event)) output_.line(line);
  }

  /// Keeps the last counts when the thread has ended meanwhile.
  void count_faults(const probe::ThreadFaults& before) {
    const auto now = fault_counter_.read();
    if (!now) return;
    summary_.minor_faults = now->minor - before.minor;
    summary_.major_faults = now->major - before.major;
  }

  probe::WatchTarget target_;
  probe::ResidencyWatch watch_;
  probe::ThreadFaultCounter fault_counter_;
  Output& output_;
  MemoryRange stack_;
  std::optional<FaultWatch> faults_;  ///< From the begin of run().
  ResidencySummary summary_;
  std::set<std::string> shown_;
  std::vector<PageState> pages_;
};

Result<> watch(const WatchOptions& options, Output& output) {
  HF_TRY_ASSIGN(const Pace pace, parse_pace(options));
  std::unique_ptr<OwnAudioThread> own;
  HF_TRY_ASSIGN(probe::WatchTarget target, find_target(options, own));
  const auto most_pages = static_cast<size_t>(pace.every.count / kIntervalNanosPerPage);
  HF_TRY_ASSIGN(auto counter, probe::ThreadFaultCounter::open(target.pid, target.choice.thread.id));
  HF_TRY_ASSIGN(auto pages, probe::ResidencyWatch::open(target.pid, target.regions, most_pages));
  Watcher watcher(std::move(target), std::move(pages), std::move(counter), output);
  Result<> start = watcher.show_start(options.is_showing_pages);
  if (own) watcher.know_stack(own->stack());
  if (!start && start.error().system_errno != ESRCH) return start;
  if (options.is_once) return start;
  HF_TRY(watcher.run(pace));  // also tells of a process that ended while the table was printed
  watcher.show_summary();
  return Done{};
}

int run_watch(const WatchOptions& options) {
  Output output(kWatchProgram, options.output);
  const Result<> result = watch(options, output);
  return output.finish(result ? kHolds : fail(kWatchProgram, result.error()));
}

}  // namespace

Command add_watch(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "watch",
      "Show which pages of an audio thread are in memory, when they leave, and its faults");
  auto options = std::make_shared<WatchOptions>();
  command
      ->add_option("--pid", options->pid, "The process to look at (default: a thread of our own)")
      ->check(CLI::Range(1, 1 << 22));
  command->add_option("--thread", options->thread,
                      "Id or name of the thread (default: the real-time thread that runs first)");
  command->add_option("--every", options->every, "How often to look, e.g. 10ms; at least 1ms")
      ->capture_default_str();
  command->add_option("--for", options->duration, "Stop after this time, e.g. 10s");
  command->add_flag("--pages", options->is_showing_pages, "Also print a map with all pages");
  command->add_flag("--once", options->is_once, "Print the table and end");
  add_output_options(*command, options->output);
  command->footer(
      "Example: holdfast watch --pid $(pidof jackd) --for 1min\n"
      "Other users' processes need root. Ctrl-C ends with a summary.\n"
      "Exit codes: 0 done (also when the process ended), 2 usage, 3 cannot be done here");
  return {command, [options] { return run_watch(*options); }};
}

}  // namespace holdfast::cmd
