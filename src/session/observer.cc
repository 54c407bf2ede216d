// SPDX-License-Identifier: MIT
#include "session/observer.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/address_lines.h"
#include "core/text_lines.h"
#include "probe/address_space_linux.h"
#include "probe/clock_linux.h"
#include "probe/continue_signal_linux.h"
#include "probe/fact_drain_linux.h"
#include "probe/memory_use_linux.h"
#include "probe/page_cache_linux.h"
#include "probe/page_returns_linux.h"
#include "probe/pause_monitor_linux.h"
#include "probe/proc_file_linux.h"
#include "probe/process_linux.h"
#include "probe/processor_use_linux.h"
#include "probe/region_sampler_linux.h"
#include "session/symbolizer.h"

namespace holdfast::session {
namespace {

constexpr Nanos kSurroundingsEvery = kMillisecond * 100;
constexpr Nanos kNamesEvery = kSecond;
constexpr Nanos kLongTurn = kMicrosecond * 100;

}  // namespace

/// Each is absent where it was refused.
struct Observer::Probes {
  std::unique_ptr<probe::FactDrain> drain;
  std::optional<probe::PageReturns> pages;
  bool has_tried_pages = false;
  std::optional<probe::MemoryUseProbe> memory;
  std::optional<probe::ProcessorUseProbe> processors;
  std::optional<probe::AddressSpaceWatch> names;
  std::optional<probe::RegionSampler> regions;
  std::unique_ptr<probe::PauseMonitor> pauses;
  std::unique_ptr<probe::ContinueSignal> continues;
  Symbolizer symbols;
};

std::unique_ptr<Observer> Observer::start(const Options& options) {
  return std::unique_ptr<Observer>(new Observer(options));
}

Observer::~Observer() = default;

Observer::Observer(const Options& options)
    : options_(options), probes_(std::make_unique<Probes>()) {
  open_drain();
  if (level_ > Observation::kNone) open_surroundings();
}

void Observer::limit(const Error& error) {
  limitations_.push_back({error.what, ""});
}

void Observer::add_limitations(const std::vector<Unavailable>& limitations) {
  limitations_.insert(limitations_.end(), limitations.begin(), limitations.end());
}

std::optional<probe::ThreadEvents> Observer::open_events() {
  if (options_.most < Observation::kUserEvents) return std::nullopt;
  probe::ThreadEvents::Options wanted;
  wanted.names_others = options_.most == Observation::kAllEvents;
  auto events = probe::ThreadEvents::open(options_.thread, wanted);
  if (!events) {
    limit(events.error());
    return std::nullopt;
  }
  const bool is_all = events->access() == probe::EventAccess::kUserAndKernel;
  level_ = is_all && wanted.names_others ? Observation::kAllEvents : Observation::kUserEvents;
  return std::move(*events);
}

std::optional<probe::ThreadUseProbe> Observer::open_counters() {
  if (options_.most < Observation::kPolls) return std::nullopt;
  auto use = probe::ThreadUseProbe::open(options_.pid, options_.thread);
  if (!use) {
    limit(use.error());
    return std::nullopt;
  }
  add_limitations(use->limitations());
  const bool can_count = options_.has_timed_work && options_.most >= Observation::kCounters;
  level_ = std::max(level_, can_count ? Observation::kCounters : Observation::kPolls);
  return std::move(*use);
}

void Observer::open_drain() {
  auto events = open_events();
  auto use = open_counters();
  if (!events && !use) return;
  probes_->drain = std::make_unique<probe::FactDrain>(std::move(events), std::move(use));
  const Result<> started = probes_->drain->start();
  if (started) return;
  limit(started.error());
  probes_->drain.reset();
  level_ = Observation::kNone;
}

pid_t Observer::thread_id() const {
  return probes_->drain ? probes_->drain->thread_id() : 0;
}

std::vector<MemoryRange> Observer::working_set() const {
  std::vector<MemoryRange> ranges;
  const auto add = [&](const std::vector<MemoryRange>& more) {
    ranges.insert(ranges.end(), more.begin(), more.end());
  };
  if (probes_->drain) add(probes_->drain->working_set());
  if (probes_->pauses) add(probes_->pauses->working_set());
  return ranges;
}

/// Names, and what does not belong to one thread.
void Observer::open_surroundings() {
  if (auto names = probe::AddressSpaceWatch::open(options_.pid)) {
    probes_->names.emplace(std::move(*names));
  } else {
    limit(names.error());
  }
  if (options_.is_follower) return;
  if (options_.samples_regions && probes_->names) open_regions();
  if (auto memory = probe::MemoryUseProbe::open()) {
    add_limitations(memory->limitations());
    probes_->memory.emplace(std::move(*memory));
  }
  if (auto processors = probe::ProcessorUseProbe::open(options_.pid)) {
    probes_->processors.emplace(std::move(*processors));
  } else {
    limit(processors.error());
  }
  if (options_.pid == getpid()) {
    if (auto continues = probe::ContinueSignal::open()) probes_->continues = std::move(*continues);
  }
  if (auto pauses = probe::PauseMonitor::open({})) {
    add_limitations((*pauses)->limitations());
    probes_->pauses = std::move(*pauses);
  } else {
    limit(pauses.error());
  }
}

void Observer::open_regions() {
  if (auto regions = probe::RegionSampler::open(options_.pid)) {
    probes_->regions.emplace(std::move(*regions));
  } else {
    limit({ErrorKind::kUnavailable, 0,
           "which regions of memory are resident is not told: " + regions.error().what});
  }
}

void Observer::collect(std::vector<Record>& facts) {
  collect_names(facts);
  found_.clear();
  settled_ = probe::monotonic_now();
  if (probes_->drain) {
    settled_ = probes_->drain->settled();  // before: what happened up to then is in the ring
    probes_->drain->take(found_);
  }
  collect_pages(found_);
  name_addresses(facts);
  facts.insert(facts.end(), found_.begin(), found_.end());
  collect_pauses(facts);
  collect_surroundings(facts);
}

/// Not before the first collect(): only then it is known where the stack is.
void Observer::collect_pages(std::vector<Record>& facts) {
  const bool is_needed = level_ == Observation::kCounters || level_ == Observation::kPolls;
  if (is_needed && !std::exchange(probes_->has_tried_pages, true)) {
    // Who may not look at the process's pages is told by the level already.
    auto pages = probe::PageReturns::open(options_.pid, options_.thread, stack_);
    if (pages) probes_->pages.emplace(std::move(*pages));
  }
  if (probes_->pages) probes_->pages->look(facts);
}

/// That this process was stopped says nothing about another one.
void Observer::collect_pauses(std::vector<Record>& facts) {
  if (probes_->continues) probes_->continues->drain(facts);
  if (!probes_->pauses) return;
  const auto from = static_cast<ptrdiff_t>(facts.size());
  probes_->pauses->drain(facts);
  if (options_.pid == getpid()) return;
  const auto is_own_stop = [](const Record& record) {
    return record.head.kind == RecordKind::kPause && (record.head.flags & kPauseIsHost) == 0;
  };
  facts.erase(std::remove_if(facts.begin() + from, facts.end(), is_own_stop), facts.end());
}

void Observer::collect_surroundings(std::vector<Record>& facts) {
  const auto add = [&facts](const auto& probe) {
    if (!probe) return;
    if (const auto reading = probe->read()) facts.push_back(record_cast<Record>(*reading));
  };
  const Nanos now = probe::monotonic_now();
  if (now < next_surroundings_) return;
  next_surroundings_ = now + kSurroundingsEvery;
  add(probes_->memory);
  add(probes_->processors);
  if (probes_->regions) probes_->regions->look(facts);
}

void Observer::collect_names(std::vector<Record>& facts) {
  const Nanos now = probe::monotonic_now();
  if (!probes_->names || now < next_names_) return;
  next_names_ = now + kNamesEvery;
  read_names(facts);
}

void Observer::know_stack(const MemoryRange& stack, const MemoryRange& thread_local_storage) {
  if (stack.size_bytes == 0) return;
  const auto thread = static_cast<uint32_t>(options_.thread);
  stack_ = stack;
  stack_lines_ = {stack_line(thread, stack)};
  if (thread_local_storage.size_bytes > 0) {
    stack_lines_.push_back(tls_line(thread, thread_local_storage));
  }
  has_stack_ = true;
}

void Observer::read_names(std::vector<Record>& facts) {
  const auto lines = probes_->names->changes();
  if (!lines) return;  // the process has ended: what is known of it stands
  for (const std::string& line : *lines) write_line(line, facts);
  for (const std::string& line : std::exchange(stack_lines_, {})) write_line(line, facts);
  if (lines->empty()) return;
  if (!has_stack_) read_stack(facts);
  if (probes_->regions) lay_out_regions(facts);
}

void Observer::read_stack(std::vector<Record>& facts) {
  const auto stack = probe::read_stack_line(options_.pid, options_.thread);
  if (!stack) return;
  write_line(*stack, facts);
  has_stack_ = true;
}

/// By the mappings that were read just now.
void Observer::lay_out_regions(std::vector<Record>& facts) {
  const auto program = probe::read_program_path(options_.pid);
  if (!program) return;  // the process has ended
  const auto thread = static_cast<uint32_t>(options_.thread);
  ThreadPlace place;
  place.tid = options_.thread;
  place.name = space_.thread_name(thread);
  place.is_main = options_.thread == options_.pid;
  place.stack = space_.stack_of(thread);
  place.page_bytes = probe::page_bytes();
  probes_->regions->lay_out(classify_regions(probes_->names->mappings(), *program, place), facts);
}

void Observer::write_line(const std::string& line, std::vector<Record>& facts) {
  space_.take_line(line);
  const auto kind = options_.is_follower ? RecordKind::kFollowedText : RecordKind::kText;
  std::vector<Record> parts = to_text_records(line, probe::monotonic_now(), kind);
  if (options_.is_follower) {
    for (Record& part : parts) part.head.epoch = static_cast<uint32_t>(options_.thread);
  }
  facts.insert(facts.end(), parts.begin(), parts.end());
}

/// Symbols of what was touched, and of what touched it: asked once per address.
void Observer::name_addresses(std::vector<Record>& facts) {
  bool has_looked_again = !probes_->names;
  for (const Record& record : found_) {
    if (record.head.kind == RecordKind::kOffCpu) name_other(record, facts);
    if (record.head.kind != RecordKind::kFault) continue;
    const auto fault = record_cast<FaultRecord>(record);
    const bool is_new = space_.owner_of(fault.address, fault.thread).role == MemoryRole::kUnknown;
    if (is_new && !std::exchange(has_looked_again, true)) read_names(facts);
    name_address(fault.address, fault.thread, facts);
    name_address(fault.instruction, fault.thread, facts);
  }
}

std::vector<Unavailable> Observer::take_new_limitations() {
  return probes_->symbols.take_missing();
}

void Observer::name_address(uint64_t address, uint32_t thread, std::vector<Record>& facts) {
  if (address == 0 || space_.has_symbol(address)) return;
  const PageOwner owner = space_.owner_of(address, thread);
  if (const auto line = probes_->symbols.symbol_line(owner, address)) write_line(*line, facts);
}

/// Only who ran for long: others do not make anybody late, and there are many.
void Observer::name_other(const Record& record, std::vector<Record>& facts) {
  const auto off = record_cast<OffCpuRecord>(record);
  const bool ran_long = off.end_ns - off.instead_since_ns >= kLongTurn.count;
  if (off.instead == 0 || !ran_long || !named_.insert(off.instead).second) return;
  const auto name = probe::read_proc_file("/proc/" + std::to_string(off.instead) + "/comm");
  if (!name) return;  // it has ended
  write_line(thread_line(off.instead, name->substr(0, name->find('\n'))), facts);
}

bool Observer::has_ended() const {
  return probes_->drain && probes_->drain->has_ended();
}

Nanos Observer::settled() const {
  return probes_->pauses ? std::min(settled_, probes_->pauses->settled()) : settled_;
}

}  // namespace holdfast::session
