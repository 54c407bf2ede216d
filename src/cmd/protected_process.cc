// SPDX-License-Identifier: MIT
#include "cmd/protected_process.h"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "act/process_pages.h"
#include "core/address_lines.h"
#include "core/byte_size.h"
#include "core/page_push.h"
#include "core/saved_plan.h"
#include "core/thread_choice.h"
#include "probe/page_cache_linux.h"
#include "probe/process_linux.h"

namespace holdfast::cmd {
namespace {

constexpr int kRounds = 3;  ///< Paths that run seldom have their turn.
constexpr Nanos kRunIn = kMillisecond * 500;
constexpr Nanos kRoundTime = kMillisecond * 700;
constexpr uint64_t kMostAlongside = uint64_t{512} << 10;
constexpr size_t kMostThreads = 256;  ///< That are looked at, the ended ones included.

std::string_view name_of(RunPlan plan) {
  if (plan == RunPlan::kAll) return "all";
  return plan == RunPlan::kFile ? "file" : "auto";
}

size_t count_code(const std::vector<Mapping>& mappings) {
  return static_cast<size_t>(std::ranges::count_if(mappings, [](const Mapping& mapping) {
    return mapping.is_executable && mapping.inode != 0;
  }));
}

std::string errno_text(int number) {
  return std::strerror(number);  // NOLINT(concurrency-mt-unsafe): one thread
}

}  // namespace

ProtectedProcess::ProtectedProcess(pid_t pid, const std::string& name,
                                   std::unique_ptr<MemoryRoute> route, const RunPolicy& policy)
    : pid_(pid),
      policy_(policy),
      plan_(policy.plan),
      locks_(pid, std::move(route), policy),
      pushed_(pid) {
  report_.pid = pid;
  report_.name = name;
}

void ProtectedProcess::note(const std::string& text) {
  if (std::ranges::find(report_.notes, text) == report_.notes.end()) report_.notes.push_back(text);
}

void ProtectedProcess::look(Nanos now) {
  take_answers();
  look_at_threads(now);
  if (threads_.empty()) return;
  look_at_mappings(now);
  look_at_faults();
  if (locks_.is_ready()) advance(now);
  locks_.send();
  take_answers();
  protect_if_done(now);
}

void ProtectedProcess::take_answers() {
  MemoryAnswer answer;
  while (locks_.take(answer)) {
    if (answer.order.call == MemoryCall::kRealtime) take_stack(answer);
  }
}

/// A thread became real-time, and has locked a part of its stack.
void ProtectedProcess::take_stack(const MemoryAnswer& answer) {
  PageOwner owner;
  owner.role = MemoryRole::kStack;
  locks_.note_stack(answer, owner);
  has_realtime_threads_ = true;
  if (answer.thread == 0 || answer.stack_bytes == 0) return;
  const MemoryRange stack = {answer.stack_begin, answer.stack_bytes, "stack"};
  space_.take_line(stack_line(answer.thread, stack));
}

void ProtectedProcess::look_at_threads(Nanos now) {
  const auto stats = probe::read_threads(pid_);
  if (!stats) return;
  for (const auto& thread : threads_) {
    const auto found = std::ranges::find(*stats, thread->id(), &TaskStat::id);
    if (found == stats->end()) {
      thread->end();
    } else {
      thread->note(*found);
    }
  }
  for (const TaskStat& stat : realtime_threads(*stats)) {
    const auto is_it = [&stat](const auto& thread) {
      return thread->id() == stat.id && !thread->has_ended();
    };
    if (std::ranges::none_of(threads_, is_it)) begin_thread(stat, now);
  }
}

void ProtectedProcess::begin_thread(const TaskStat& stat, Nanos now) {
  if (threads_.size() >= kMostThreads) {
    return note("more than " + std::to_string(kMostThreads) +
                " real-time threads; of the others only the stacks are locked");
  }
  if (threads_.empty()) first_realtime_ = now;
  has_realtime_threads_ = true;
  threads_.push_back(std::make_unique<RealtimeThread>(stat));
  space_.take_line(thread_line(static_cast<uint32_t>(stat.id), stat.name));
  if (!threads_.back()->sees_faults()) {
    note("faults of thread " + std::to_string(stat.id) + " are not seen with addresses (" +
         threads_.back()->blindness() + "): what its process touches is locked instead");
  }
  if (!space_.stack_of(static_cast<uint32_t>(stat.id))) {
    if (const auto line = probe::read_stack_line(pid_, stat.id)) space_.take_line(*line);
  }
  rounds_left_ = kRounds;
  next_step_ = std::max(next_step_, now + kRunIn);
  has_new_mappings_ = true;
}

/// The lines replace what was known of mappings; the stacks of threads stay.
void ProtectedProcess::look_at_mappings(Nanos now) {
  if (!names_) {
    auto names = probe::AddressSpaceWatch::open(pid_);
    if (!names) return note(names.error().what);
    names_.emplace(std::move(*names));
  }
  const auto lines = names_->changes();
  if (!lines || lines->empty()) return;
  for (const std::string& line : *lines) space_.take_line(line);
  auto mappings = probe::read_mappings(pid_);
  if (!mappings) return;
  mappings_ = std::move(*mappings);
  locks_.forget_unmapped(mappings_);
  report_.mapped_bytes = space_.mapped_bytes();
  has_new_mappings_ = true;
  const size_t code_mappings = count_code(mappings_);
  const bool is_more = code_mappings > code_mappings_ && code_mappings_ > 0;
  code_mappings_ = code_mappings;
  if (!is_more || rounds_left_ > 0) return;
  rounds_left_ = 1;  // something was loaded, and what of it is needed is not known
  next_step_ = now + kRunIn;
}

void ProtectedProcess::look_at_faults() {
  std::vector<SeenFault> faults;
  for (const auto& thread : threads_) {
    faults.clear();
    thread->look(space_, faults);
    has_new_faults_ = has_new_faults_ || !faults.empty();
    if (!thread->is_protected()) continue;
    for (const SeenFault& fault : faults) count_fault(fault);
  }
}

void ProtectedProcess::count_fault(const SeenFault& fault) {
  RunFaults& faults = report_.faults[{fault.owner.role, fault.owner.mapping}];
  ++(fault.kind == FaultKind::kMajor ? faults.counts.major : faults.counts.minor);
  faults.time += fault.duration.value_or(Nanos(0));
}

void ProtectedProcess::advance(Nanos now) {
  if (plan_ == RunPlan::kAll && locks_.all_refusal() != 0) {
    note("mlockall() was refused: " + errno_text(locks_.all_refusal()) + " (it would take " +
         format_byte_size(report_.mapped_bytes) + "); the plan is auto instead");
    plan_ = RunPlan::kAuto;
  }
  if (plan_ == RunPlan::kAuto) return advance_auto(now);
  if (!has_new_mappings_ || !locks_.is_idle() || mappings_.empty()) return;
  has_new_mappings_ = false;
  if (plan_ == RunPlan::kFile) return plan_from_file();
  locks_.lock_all();
}

void ProtectedProcess::advance_auto(Nanos now) {
  if (is_pushed_ && locks_.is_idle() && !std::exchange(is_stay_looked_at_, true)) {
    pushed_.look_who_stayed();
  }
  if (rounds_left_ > 0 && now >= next_step_ && locks_.is_idle()) {
    is_pushed_ ? end_round() : begin_round();
    next_step_ = is_pushed_ ? now + kRoundTime : now;
  }
  if (has_new_faults_ && !is_pushed_ && rounds_left_ == 0) plan_from_faults(false);
}

void ProtectedProcess::begin_round() {
  act::drain_page_lists();
  for (const auto& [call, span] : pushed_.choose(mappings_, locks_.ledger(), policy_.can_swap)) {
    locks_.order(call, span);
  }
  is_pushed_ = true;
  is_stay_looked_at_ = false;
}

void ProtectedProcess::end_round() {
  is_pushed_ = false;
  --rounds_left_;
  add_returned_pages();
  plan_from_faults(true);
  for (const PageSpan& span : pushed_.paged_out()) locks_.order(MemoryCall::kBringIn, span);
  if (rounds_left_ > 0) return;
  if (pushed_.spared_bytes() > 0) {
    note(format_byte_size(pushed_.spared_bytes()) +
         " of data were not looked at, because it is too much; what of it a thread faults on later "
         "is locked then");
  }
  if (!policy_.can_swap)
    note("there is no swap: data cannot leave memory, so only code was looked at");
}

/// Where faults, or some of them, are seen without address, all that somebody in the process asked
/// back is taken for theirs.
void ProtectedProcess::add_returned_pages() {
  RealtimeThread* blind = nullptr;
  for (const auto& thread : threads_) {
    const bool is_blind = !thread->sees_faults() || thread->take_unseen() > 0;
    if (is_blind && !thread->has_ended()) blind = thread.get();
  }
  if (blind == nullptr) return;
  for (const uint64_t page : pushed_.returned_files()) blind->add_page(page, space_);
  for (const uint64_t page : pushed_.returned_data()) blind->add_page(page, space_);
}

/// What came along with pages that a thread touched: whether it touches these, too, was not seen.
void ProtectedProcess::add_alongside(std::vector<PlannedLock>& locks) {
  const auto is_touched = [this](uint64_t page) {
    return std::ranges::any_of(
        threads_, [page](const auto& thread) { return thread->pages().pages().contains(page); });
  };
  const size_t page_bytes = probe::page_bytes();
  for (const PageSpan& run :
       runs_around(pushed_.returned_files(), page_bytes, kMostAlongside, is_touched)) {
    PlannedLock lock;
    lock.reason = LockReason::kAlongside;
    lock.begin = run.begin;
    lock.size_bytes = run.size_bytes();
    lock.owner = space_.owner_of(run.begin, 0);
    locks.push_back(std::move(lock));
  }
  if (rounds_left_ > 0) return;
  for (const uint64_t page : pushed_.stayed()) {
    PlannedLock lock;
    lock.reason = LockReason::kAlongside;
    lock.begin = page;
    lock.size_bytes = static_cast<int64_t>(page_bytes);
    lock.owner = space_.owner_of(page, 0);
    locks.push_back(std::move(lock));
  }
}

void ProtectedProcess::plan_from_faults(bool is_round_over) {
  has_new_faults_ = false;
  std::vector<PlannedLock> locks;
  if (is_round_over) add_alongside(locks);
  for (const auto& thread : threads_) {
    LockPlan plan =
        plan_locks(thread->pages(), space_, static_cast<uint32_t>(thread->id()), INT64_MAX);
    for (PlannedLock& lock : plan.locks) {
      if (lock.reason != LockReason::kStack || !thread->has_ended())
        locks.push_back(std::move(lock));
    }
  }
  std::ranges::stable_sort(locks, [](const PlannedLock& a, const PlannedLock& b) {
    return std::tuple(a.reason, -a.time.count) < std::tuple(b.reason, -b.time.count);
  });
  locks_.lock(locks, mappings_);
}

void ProtectedProcess::plan_from_file() {
  std::vector<PlannedLock> locks;
  int64_t lost_bytes = 0;
  for (const PlannedLock& saved : policy_.saved) {
    const auto ranges = find_again(saved, mappings_);
    if (ranges.empty() && saved.reason != LockReason::kStack) lost_bytes += saved.size_bytes;
    for (const MemoryRange& range : ranges) {
      PlannedLock lock = saved;
      lock.begin = range.begin;
      lock.size_bytes = static_cast<int64_t>(range.size_bytes);
      locks.push_back(std::move(lock));
    }
  }
  locks_.lock(locks, mappings_);
  if (lost_bytes == 0) return;
  note(format_byte_size(lost_bytes) +
       " of the plan were not found here: data that is in no file, or files not mapped (yet)");
}

/// Once everything that is known to be needed has had its answer.
void ProtectedProcess::protect_if_done(Nanos now) {
  const bool is_done = locks_.is_idle() && rounds_left_ == 0 && !mappings_.empty() &&
                       (plan_ != RunPlan::kAll || locks_.is_all_locked());
  const bool is_placed = plan_ == RunPlan::kAuto || !has_new_mappings_;
  if (plan_ != RunPlan::kAuto) rounds_left_ = 0;
  if (!is_done || !is_placed) return;
  for (const auto& thread : threads_) thread->protect();
  if (std::exchange(report_.is_protected, true)) return;
  report_.protected_after = now - first_realtime_;
}

void ProtectedProcess::finish() {
  take_answers();
  look_at_faults();
}

RunProcess ProtectedProcess::report() const {
  RunProcess report = report_;
  report.plan = name_of(plan_);
  locks_.fill(report);
  if (plan_ == RunPlan::kAll && locks_.is_all_locked()) {
    report.locked_bytes = report.mapped_bytes;
    LockLedger all(4096);
    for (const Mapping& mapping : mappings_) {
      all.note({mapping.begin, mapping.end}, PageFate::kLocked, space_.owner_of(mapping.begin, 0));
    }
    report.regions = all.rows();
  }
  for (const auto& thread : threads_) report.threads.push_back(thread->report());
  return report;
}

}  // namespace holdfast::cmd
