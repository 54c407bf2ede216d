// SPDX-License-Identifier: MIT
// A SIGCONT handler was rejected: it would take the signal's place in the program, it sees neither
// tracers nor frozen cgroups, and the count of context switches says the same exactly (measured on
// kernel 6.18: one more voluntary switch with SIGSTOP, none with a host pause).
#include "probe/pause_monitor_linux.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/processor_times.h"
#include "probe/clock_linux.h"

namespace holdfast::probe {
namespace {

constexpr Nanos kFirstPeriod = kMillisecond * 4;
/// A thread that gets no processor for so long has no say any more.
constexpr Nanos kPatience = kSecond;
constexpr int64_t kFewestRounds = 16;
constexpr Nanos kLookEvery = kMillisecond * 200;

/// Those that the caller may use.
Result<std::vector<int>> usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) {
    return system_error("cannot tell which processors may be used", errno);
  }
  std::vector<int> processors;
  for (int number = 0; number < CPU_SETSIZE; ++number) {
    if (CPU_ISSET(static_cast<size_t>(number), &set)) processors.push_back(number);
  }
  return processors;
}

/// The first, the last, and evenly between: neighbours may share a core, or one thread of the host.
std::vector<int> spread(const std::vector<int>& all, size_t most) {
  const size_t count = std::clamp<size_t>(most, 1, all.size());
  std::vector<int> chosen;
  for (size_t i = 0; i < count; ++i) {
    chosen.push_back(all[count == 1 ? 0 : i * (all.size() - 1) / (count - 1)]);
  }
  return chosen;
}

Nanos boot_time() {
  timespec now = {};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return Nanos(now.tv_sec * kSecond.count + now.tv_nsec);
}

/// CLOCK_BOOTTIME less CLOCK_MONOTONIC, from readings that were not torn apart by an interruption.
Nanos suspended_so_far() {
  constexpr Nanos kNear = kMicrosecond * 100;
  constexpr int kTries = 5;
  Nanos difference;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const Nanos before = monotonic_now();
    difference = boot_time() - before;
    if (monotonic_now() - before < kNear) break;
  }
  return difference;
}

}  // namespace

Result<std::unique_ptr<PauseMonitor>> PauseMonitor::open(const Options& options,
                                                         const std::string& root) {
  HF_TRY_ASSIGN(const std::vector<int> all, usable_processors());
  const std::vector<int> processors = spread(all, options.most_processors);
  std::unique_ptr<PauseMonitor> monitor(new PauseMonitor(options, processors));
  HF_TRY(monitor->start(root));
  return monitor;
}

PauseMonitor::PauseMonitor(const Options& options, const std::vector<int>& processors)
    : options_(options),
      period_ns_(
          std::clamp(kFirstPeriod, options.budget.shortest_period, options.budget.longest_period)
              .count),
      tick_(kSecond.count / std::max(sysconf(_SC_CLK_TCK), 1L)),
      judge_(processors.size(), options.least_pause) {
  for (const int processor : processors) {
    const SleepWitness::Duty duty{witnesses_.size(), processor, options.least_pause};
    witnesses_.push_back(std::make_unique<SleepWitness>(duty, period_ns_));
  }
}

Result<> PauseMonitor::start(const std::string& root) {
  Result<ProcFile> stat = ProcFile::open(root + "/stat");
  if (stat) stat_ = std::move(*stat);
  if (!stat_) {
    limitations_.push_back({"what the hypervisor takes (steal) is not known: " + stat.error().what,
                            "let /proc/stat be readable"});
  }
  if (witnesses_.size() < 2) {
    limitations_.push_back(
        {"only one processor can be watched, so that a pause of the host is recognised only when "
         "the hypervisor admits it, or the machine was suspended",
         "let the program use more than one processor"});
  }
  judge_.add(look());
  settled_ = drained_ = looked_ = paced_ = monotonic_now();
  for (const auto& witness : witnesses_) HF_TRY(witness->start());
  return Done{};
}

std::vector<pid_t> PauseMonitor::thread_ids() const {
  std::vector<pid_t> ids;
  for (const auto& witness : witnesses_) ids.push_back(witness->thread_id());
  return ids;
}

std::vector<MemoryRange> PauseMonitor::working_set() const {
  std::vector<MemoryRange> ranges = {range_of(period_ns_, "pause monitor's period")};
  for (const auto& witness : witnesses_) {
    for (const MemoryRange& range : witness->working_set()) ranges.push_back(range);
  }
  return ranges;
}

void PauseMonitor::drain(std::vector<Record>& records) {
  const Nanos now = monotonic_now();
  Nanos heard = now;
  for (const auto& witness : witnesses_) heard = std::min(heard, witness->heard());
  const bool is_news = collect();  // after asking: what was said by then is in the rings
  if (is_news || judge_.has_open_questions() || now - looked_ >= kLookEvery) {
    judge_.add(look());
    looked_ = now;
  }
  const Nanos asked = std::max({settled_, heard, now - kPatience});
  settled_ = std::max(settled_, judge_.settle(asked, records));
  note_lost(now, records);
  pace(now);
  drained_ = now;
}

MachineMoment PauseMonitor::look() const {
  MachineMoment moment;
  moment.time = monotonic_now();
  moment.suspended = suspended_so_far();
  std::array<char, 512> text;  // the first line, with the sums, is enough
  if (!stat_) return moment;
  const Result<size_t> count = stat_->read_at(text.data(), text.size(), 0);
  if (!count) return moment;
  if (const auto total = parse_total_times({text.data(), *count})) {
    moment.steal = tick_ * total->steal;
  }
  return moment;
}

bool PauseMonitor::collect() {
  bool is_news = false;
  std::array<Oversleep, 64> popped;
  for (const auto& witness : witnesses_) {
    for (size_t count; (count = witness->pop(popped)) > 0;) {
      for (size_t i = 0; i < count; ++i) judge_.add(popped[i]);
      is_news = true;
    }
  }
  return is_news;
}

void PauseMonitor::note_lost(Nanos now, std::vector<Record>& records) {
  uint64_t dropped = 0;
  for (const auto& witness : witnesses_) dropped += witness->dropped();
  if (dropped == dropped_) return;
  LostRecord lost;
  lost.head.kind = RecordKind::kLost;
  lost.head.mono_ns = drained_.count;
  lost.end_ns = now.count;
  lost.facts = static_cast<int64_t>(dropped - dropped_);
  records.push_back(record_cast<Record>(lost));
  dropped_ = dropped;
}

Nanos PauseMonitor::cpu_used() const {
  Nanos sum;
  for (const auto& witness : witnesses_) {
    if (const Result<Nanos> used = witness->cpu_used()) sum += *used;
  }
  return sum;
}

int64_t PauseMonitor::rounds() const {
  int64_t wakes = 0;
  for (const auto& witness : witnesses_) wakes += witness->wakes();
  return wakes / static_cast<int64_t>(witnesses_.size());
}

void PauseMonitor::pace(Nanos now) {
  const bool is_first = rounds_at_pace_ == 0;
  const int64_t rounds_now = rounds();
  if (rounds_now - rounds_at_pace_ < kFewestRounds) return;
  if (!is_first && now - paced_ < kSecond) return;
  const Nanos cpu = cpu_used();
  period_ns_ =
      period_within(options_.budget, cpu - cpu_at_pace_, rounds_now - rounds_at_pace_).count;
  paced_ = now;
  cpu_at_pace_ = cpu;
  rounds_at_pace_ = rounds_now;
}

}  // namespace holdfast::probe
