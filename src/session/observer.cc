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
#include "probe/memory_use_linux.h"
#include "probe/pause_monitor_linux.h"
#include "probe/proc_file_linux.h"
#include "probe/thread_events_linux.h"
#include "probe/thread_use_linux.h"
#include "session/symbolizer.h"

namespace holdfast::session {
namespace {

constexpr Nanos kMemoryEvery = kMillisecond * 100;
constexpr Nanos kNamesEvery = kSecond;
constexpr Nanos kLongTurn = kMicrosecond * 100;

}  // namespace

/// Each is absent where it was refused.
struct Observer::Probes {
  std::optional<probe::ThreadEvents> events;
  std::optional<probe::ThreadUseProbe> use;
  std::optional<probe::MemoryUseProbe> memory;
  std::optional<probe::AddressSpaceWatch> names;
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
  if (options.most >= Observation::kUserEvents) open_events();
  if (options.most >= Observation::kPolls) open_counters();
  if (level_ > Observation::kNone) open_surroundings();
}

void Observer::limit(const Error& error) {
  limitations_.push_back({error.what, ""});
}

void Observer::add_limitations(const std::vector<Unavailable>& limitations) {
  limitations_.insert(limitations_.end(), limitations.begin(), limitations.end());
}

void Observer::open_events() {
  probe::ThreadEvents::Options wanted;
  wanted.names_others = options_.most == Observation::kAllEvents;
  auto events = probe::ThreadEvents::open(options_.thread, wanted);
  if (!events) return limit(events.error());
  const bool is_all = events->access() == probe::EventAccess::kUserAndKernel;
  level_ = is_all && wanted.names_others ? Observation::kAllEvents : Observation::kUserEvents;
  probes_->events.emplace(std::move(*events));
}

void Observer::open_counters() {
  auto use = probe::ThreadUseProbe::open(options_.pid, options_.thread);
  if (!use) return limit(use.error());
  add_limitations(use->limitations());
  probes_->use.emplace(std::move(*use));
  const bool can_count = options_.has_timed_work && options_.most >= Observation::kCounters;
  level_ = std::max(level_, can_count ? Observation::kCounters : Observation::kPolls);
}

/// What does not belong to one thread.
void Observer::open_surroundings() {
  if (auto memory = probe::MemoryUseProbe::open()) {
    add_limitations(memory->limitations());
    probes_->memory.emplace(std::move(*memory));
  }
  if (auto names = probe::AddressSpaceWatch::open(options_.pid)) {
    probes_->names.emplace(std::move(*names));
  } else {
    limit(names.error());
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

void Observer::collect(std::vector<Record>& facts) {
  collect_names(facts);
  found_.clear();
  if (probes_->events) probes_->events->drain(found_);
  name_addresses(facts);
  facts.insert(facts.end(), found_.begin(), found_.end());
  collect_pauses(facts);
  if (probes_->use) {
    if (const auto use = probes_->use->read()) facts.push_back(record_cast<Record>(*use));
  }
  collect_memory(facts);
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

void Observer::collect_memory(std::vector<Record>& facts) {
  const Nanos now = probe::monotonic_now();
  if (!probes_->memory || now < next_memory_) return;
  next_memory_ = now + kMemoryEvery;
  if (const auto memory = probes_->memory->read()) facts.push_back(record_cast<Record>(*memory));
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
  if (lines->empty() || has_stack_) return;
  if (const auto stack = probe::read_stack_line(options_.pid, options_.thread)) {
    write_line(*stack, facts);
    has_stack_ = true;
  }
}

void Observer::write_line(const std::string& line, std::vector<Record>& facts) {
  space_.take_line(line);
  const std::vector<Record> parts = to_text_records(line, probe::monotonic_now());
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
  if (probes_->events) return probes_->events->has_ended();
  return probes_->use && !probes_->use->read();
}

Nanos Observer::settled() const {
  return probes_->pauses ? probes_->pauses->settled() : probe::monotonic_now();
}

}  // namespace holdfast::session
