// SPDX-License-Identifier: MIT
#include "cmd/page_locks.h"

#include <algorithm>
#include <cstring>

#include "core/byte_size.h"
#include "probe/page_cache_linux.h"
#include "probe/process_linux.h"

namespace holdfast::cmd {
namespace {

/// Of a limit, so much is left for what the program locks itself.
constexpr int64_t kReserveShare = 8;
/// A stack that grows as it is used is locked down to so far above its present end: what grows
/// beyond a limit while it is locked ends the program.
constexpr uint64_t kGrowingEndBytes = uint64_t{16} << 10;
constexpr size_t kMostInFlight = 192;

PageSpan span_of(const MemoryOrder& order) {
  return {order.begin, order.begin + order.size_bytes};
}

bool is_of_limit(int system_errno) {
  return system_errno == ENOMEM || system_errno == EPERM || system_errno == EAGAIN;
}

}  // namespace

PageLocks::PageLocks(pid_t pid, std::unique_ptr<MemoryRoute> route, const RunPolicy& policy)
    : pid_(pid),
      route_(std::move(route)),
      policy_(policy),
      ledger_(probe::page_bytes()),
      warm_(probe::page_bytes()),
      random_(probe::page_bytes()) {}

/// How much may be locked beside what is locked now. What the program has locked itself counts.
int64_t PageLocks::find_room() const {
  const int64_t own = ledger_.bytes(PageFate::kLocked) + ledger_.bytes(PageFate::kOrdered);
  if (policy_.limit_bytes) return *policy_.limit_bytes - own;
  const auto limit = probe::read_lock_limit(pid_);
  if (policy_.is_unlimited || !limit || !*limit) return is_limit_reached_ ? 0 : INT64_MAX / 2;
  const auto status = probe::read_process_status(pid_);
  const int64_t all = status ? status->locked_bytes.value_or(0) : 0;
  const int64_t others = std::max<int64_t>(all - ledger_.bytes(PageFate::kLocked), 0);
  return **limit - **limit / kReserveShare - others - own;
}

void PageLocks::lock_span(PageSpan span, const PageOwner& owner, int64_t& room_bytes) {
  if (span.size_bytes() > room_bytes) {
    ledger_.note(span, PageFate::kLeftOut, owner);
    return;
  }
  room_bytes -= span.size_bytes();
  ledger_.note(span, PageFate::kOrdered, owner);
  order(MemoryCall::kLock, span);
}

void PageLocks::lock(const std::vector<PlannedLock>& locks, const std::vector<Mapping>& mappings) {
  int64_t room_bytes = std::max<int64_t>(find_room(), 0);
  for (const PlannedLock& planned : locks) {
    PageSpan span = {planned.begin, planned.begin + static_cast<uint64_t>(planned.size_bytes)};
    const Mapping* const last = find_mapping(mappings, span.end - 1);
    if (last != nullptr && last->path == "[stack]") {
      span.begin = std::max<uint64_t>(span.begin, last->begin + kGrowingEndBytes);
    }
    if (span.begin >= span.end) continue;
    for (const PageSpan& missing : ledger_.missing(span)) {
      lock_span(missing, planned.owner, room_bytes);
    }
  }
  use_remedies();
}

void PageLocks::use_remedies() {
  for (const PageFate fate :
       {PageFate::kLeftOut, PageFate::kRefused, PageFate::kLocked, PageFate::kOrdered}) {
    const bool is_needed = fate == PageFate::kLeftOut || fate == PageFate::kRefused;
    const auto wants = [&](RunRemedy remedy) {
      return remedy == RunRemedy::kAlways || (is_needed && remedy == RunRemedy::kWhereNeeded);
    };
    for (const PageSpan& span : ledger_.spans(fate)) {
      if (wants(policy_.keep_warm) && route() == RunRoute::kPreload) {
        for (const PageSpan& more : warm_.missing(span)) {
          warm_.note(more, PageFate::kOrdered, {});
          order(MemoryCall::kKeepWarm, more);
        }
      }
      if (!wants(policy_.random_access)) continue;
      for (const PageSpan& more : random_.missing(span)) {
        random_.note(more, PageFate::kOrdered, {});
        order(MemoryCall::kRandom, more);
      }
    }
  }
}

void PageLocks::lock_all() {
  waiting_.push_back({MemoryCall::kLockAll, 0, 0, 0});
}

void PageLocks::send() {
  bool has_sent = false;
  while (!waiting_.empty() && unanswered_ < static_cast<int64_t>(kMostInFlight) &&
         route_->order(waiting_.front())) {
    waiting_.pop_front();
    ++unanswered_;
    has_sent = true;
  }
  if (has_sent || unanswered_ > 0) route_->begin();
}

bool PageLocks::take(MemoryAnswer& answer) {
  if (!route_->take(answer)) return false;
  note(answer);
  return true;
}

void PageLocks::note(const MemoryAnswer& answer) {
  const MemoryCall call = answer.order.call;
  if (call == MemoryCall::kRealtime) return;
  if (answer.order.is_unasked == 0) unanswered_ = std::max<int64_t>(unanswered_ - 1, 0);
  if (call == MemoryCall::kLock || call == MemoryCall::kUnlock || call == MemoryCall::kLockAll) {
    ++calls_;
    calls_time_ += Nanos(answer.took_ns);
  }
  const PageSpan span = span_of(answer.order);
  if (call == MemoryCall::kLockAll) return note_all(answer);
  if (call == MemoryCall::kKeepWarm && answer.system_errno == 0)
    warm_.note(span, PageFate::kLocked);
  if (call == MemoryCall::kRandom && answer.system_errno == 0)
    random_.note(span, PageFate::kLocked);
  if (call != MemoryCall::kLock) return;
  if (answer.system_errno != 0) return note_refusal(span, answer.system_errno);
  ledger_.note(span, PageFate::kLocked);
}

void PageLocks::note_refusal(PageSpan span, int system_errno) {
  ledger_.note(span, PageFate::kRefused);
  last_refusal_ = system_errno;
  if (is_of_limit(system_errno)) is_limit_reached_ = true;
}

void PageLocks::note_all(const MemoryAnswer& answer) {
  is_all_locked_ = answer.system_errno == 0;
  all_refusal_ = answer.system_errno;
}

void PageLocks::note_stack(const MemoryAnswer& answer, const PageOwner& owner) {
  ++calls_;
  calls_time_ += Nanos(answer.took_ns);
  const PageSpan span = span_of(answer.order);
  ledger_.note(span, answer.system_errno == 0 ? PageFate::kLocked : PageFate::kRefused, owner);
  if (answer.system_errno != 0) note_refusal(span, answer.system_errno);
}

void PageLocks::forget_unmapped(const std::vector<Mapping>& mappings) {
  const auto is_mapped = [&mappings](uint64_t page) {
    return find_mapping(mappings, page) != nullptr;
  };
  ledger_.forget_unmapped(is_mapped);
  warm_.forget_unmapped(is_mapped);
  random_.forget_unmapped(is_mapped);
}

void PageLocks::fill(RunProcess& report) const {
  report.route = route();
  report.regions = ledger_.rows();
  report.locked_bytes = ledger_.bytes(PageFate::kLocked);
  report.refused_bytes = ledger_.bytes(PageFate::kRefused);
  report.left_out_bytes = ledger_.bytes(PageFate::kLeftOut);
  report.kept_warm_bytes = warm_.bytes(PageFate::kLocked);
  report.random_bytes = random_.bytes(PageFate::kLocked);
  report.calls = calls_;
  report.calls_time = calls_time_;
  if (report.refused_bytes > 0) {
    report.notes.push_back("refused: " + format_byte_size(report.refused_bytes) + ": " +
                           std::strerror(last_refusal_) + "; holdfast doctor says what to change");
  }
  if (report.left_out_bytes > 0) {
    report.notes.push_back("the lock limit left no room for " +
                           format_byte_size(report.left_out_bytes) +
                           ", the last of the plan's order; holdfast doctor says how to raise it");
  }
}

}  // namespace holdfast::cmd
