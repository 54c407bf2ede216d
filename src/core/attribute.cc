// SPDX-License-Identifier: MIT
#include "core/attribute.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/attribute_counters.h"
#include "core/budget.h"

namespace holdfast {
namespace {

/// How much later than the threads themselves their process may hear that it was stopped.
constexpr Nanos kContinueDelay = kMillisecond * 100;

/// Who outranks whom where facts overlap; the largest wins.
enum class Rank : uint8_t {
  kRemainder,
  kWait,
  kRunnable,
  kBlocked,
  kFault,
  kPreempted,
  kStopped,
  kHostPause
};

/// One fact's right to a stretch of the window.
struct Claim {
  TimeSpan span;
  Rank rank = Rank::kRemainder;
  CauseKind kind = CauseKind::kUnexplained;
  const FaultRecord* fault = nullptr;
  const OffCpuRecord* off = nullptr;
};

/// Everything that is known about the window of one glitch.
struct Evidence {
  TimeSpan window;
  ObservedThread observed;
  bool has_lost = false;
  std::vector<FaultRecord> faults;
  std::vector<OffCpuRecord> off_cpu;
  std::vector<CallbackRecord> callbacks;
  std::vector<PauseRecord> pauses;
};

/// Facts of one kind seldom overlap, faults at most where the kernel faults while it handles one:
/// the fact around a moment is among the last few that began before it.
constexpr ptrdiff_t kMostNested = 4;

template <class Fact>
auto first_beginning_after(const std::vector<Fact>& facts, Nanos time) {
  return std::upper_bound(facts.begin(), facts.end(), time, [](Nanos moment, const Fact& fact) {
    return moment < span_of(fact).begin;
  });
}

template <class Fact>
const Fact* fact_over(const std::vector<Fact>& facts, TimeSpan span) {
  const Nanos middle = span.begin + Nanos((span.end - span.begin).count / 2);
  auto fact = first_beginning_after(facts, middle);
  for (ptrdiff_t i = 0; i < kMostNested && fact != facts.begin(); i++) {
    --fact;
    if (middle < span_of(*fact).end) return &*fact;
  }
  return nullptr;
}

/// For how long before the window facts are certain to be held still.
TimeSpan held_until(Nanos end, TimeSpan window) {
  return {window.begin - kFactsBeforeDue, end};
}

bool is_preempted(const OffCpuRecord& off) {
  return (off.head.flags & kOffCpuIsPreempted) != 0;
}

bool is_host(const PauseRecord& pause) {
  return (pause.head.flags & kPauseIsHost) != 0;
}

/// When the process heard of a stop before this one, or as long ago as it may have been late.
Nanos heard_before(Nanos heard, const ThreadFacts& facts) {
  Nanos before = heard - kContinueDelay;
  for (const PauseRecord& other : facts.pauses({before, heard})) {
    if ((other.head.flags & kPauseHasNoBegin) == 0) continue;
    before = std::max(before, span_of(other).end + kMillisecond);  // that one's sleep is over then
  }
  return before;
}

/// Of a stop whose end alone was heard of: does `one` fit better than `other`? The process's main
/// thread, which is not real-time, hears of it when the audio thread goes on or somewhat later: so
/// the nearer one, unless it is far too short; of two as near, the longer one.
bool fits_stop_better(TimeSpan one, TimeSpan other, Nanos heard) {
  constexpr Nanos kAsNear = kMillisecond;
  constexpr int64_t kFarTooShort = 4;
  const auto distance = [&](TimeSpan sleep) { return Nanos(std::abs((heard - sleep.end).count)); };
  if (distance(one) + kAsNear < distance(other)) {
    return one.length() * kFarTooShort >= other.length();
  }
  return one.length() > other.length() && distance(one) <= distance(other) + kAsNear;
}

/// Is this sleep the stop whose end was heard of?
bool is_that_stop(const OffCpuRecord& off, const PauseRecord& pause, const ThreadFacts& facts) {
  const Nanos heard = span_of(pause).end;
  const TimeSpan since{heard_before(heard, facts), heard + kMillisecond};
  const TimeSpan sleep = span_of(off);
  if (sleep.end < since.begin || sleep.end > since.end) return false;
  const auto others = facts.off_cpu(since);
  return std::none_of(others.begin(), others.end(), [&](const OffCpuRecord& other) {
    return !is_preempted(other) && span_of(other).end <= since.end &&
           fits_stop_better(span_of(other), sleep, heard);
  });
}

/// A stop by signal shows as a sleep of the thread; a pause of the whole process, or a reading that
/// found the thread stopped, says that it was no ordinary one.
bool is_stop(const OffCpuRecord& off, const Evidence& evidence, const ThreadFacts& facts) {
  const TimeSpan span = span_of(off);
  const auto use = facts.use(span.clipped_to(held_until(span.end, evidence.window)));
  if (use && use->is_stopped && span.length() * 2 >= use->between.length()) return true;
  const Nanos late = span.clipped_to(evidence.window).length();
  return std::any_of(evidence.pauses.begin(), evidence.pauses.end(), [&](const PauseRecord& pause) {
    if (is_host(pause)) return false;
    if ((pause.head.flags & kPauseHasNoBegin) != 0) return is_that_stop(off, pause, facts);
    return span.clipped_to(span_of(pause)).length() * 2 >= late;
  });
}

/// Did the thread sleep because it waits for the device, rather than in its own work? Without
/// timed callbacks: a thread that is late already does not wait for the device.
bool is_device_wait(const OffCpuRecord& off, const Evidence& evidence) {
  if (evidence.observed.times_callbacks)
    return fact_over(evidence.callbacks, span_of(off)) == nullptr;
  return span_of(off).begin < evidence.window.begin;
}

/// The end of a sleep in which the thread could have run already.
Nanos runnable_time(const OffCpuRecord& off, const Evidence& evidence, const ThreadFacts& facts) {
  const Nanos late = span_of(off).clipped_to(evidence.window).length();
  if (evidence.observed.level == Observation::kAllEvents && off.instead == 0) return Nanos(0);
  const TimeSpan turn{Nanos(off.instead_since_ns), span_of(off).end};
  const Nanos ran_instead = off.instead != 0 && off.instead_since_ns != 0
                                ? turn.clipped_to(evidence.window).length()
                                : Nanos(0);
  const TimeSpan held = held_until(span_of(off).end, evidence.window);
  const auto use = facts.use(span_of(off).clipped_to(held));
  if (!use) return std::min(ran_instead, late);
  Nanos runnable = use->run_delay;
  for (const OffCpuRecord& other :
       facts.off_cpu(use->between.clipped_to({held.begin, use->between.end}))) {
    if (is_preempted(other)) runnable -= span_of(other).length();
  }
  // Both say the same: it could have run, and another one did, through most of the wait.
  const bool is_certain = runnable * 4 >= late * 3 && ran_instead * 4 >= late * 3;
  if (!is_certain) runnable -= use->usual_run_delay;
  return std::clamp(runnable, Nanos(0), late);
}

/// The claims of all facts, in the window's limits.
class Claims {
 public:
  explicit Claims(const Evidence& evidence, const ThreadFacts& facts)
      : evidence_(evidence), facts_(facts) {
    for (const PauseRecord& pause : evidence.pauses) claim_pause(pause);
    for (const FaultRecord& fault : evidence.faults) {
      add({span_of(fault), Rank::kFault, CauseKind::kPageFault, &fault});
    }
    for (const OffCpuRecord& off : evidence.off_cpu) claim_off_cpu(off);
    claim_remainder();
  }

  [[nodiscard]] const std::vector<Claim>& all() const { return claims_; }

 private:
  void add(Claim claim) {
    claim.span = claim.span.clipped_to(evidence_.window);
    if (claim.span.length() > Nanos(0)) claims_.push_back(claim);
  }

  void claim_pause(const PauseRecord& pause) {
    if (is_host(pause)) add({span_of(pause), Rank::kHostPause, CauseKind::kHostPause});
  }

  void claim_off_cpu(const OffCpuRecord& off) {
    const TimeSpan span = span_of(off);
    if (is_preempted(off)) {
      add({span, Rank::kPreempted, CauseKind::kRunQueue, nullptr, &off});
    } else if (fact_over(evidence_.faults, span) != nullptr) {
      return;  // asleep for its I/O: the fault's own time
    } else if (is_stop(off, evidence_, facts_)) {
      add({span, Rank::kStopped, CauseKind::kStopped, nullptr, &off});
    } else if (!is_device_wait(off, evidence_)) {
      add({span, Rank::kBlocked, CauseKind::kBlocked, nullptr, &off});
    } else {
      const Nanos runnable = runnable_time(off, evidence_, facts_);
      add({span, Rank::kWait, CauseKind::kLateWake, nullptr, &off});
      add({{span.end - runnable, span.end}, Rank::kRunnable, CauseKind::kRunQueue, nullptr, &off});
      last_wait_end_ = std::max(last_wait_end_, span.end);
      has_wait_ = true;
    }
  }

  /// Time on the processor, known from there being no record of the contrary. After the last wait
  /// it is the way from the interrupt to the first instruction of the thread.
  void claim_remainder() {
    if (evidence_.has_lost) return;
    const TimeSpan window = evidence_.window;
    if (evidence_.observed.is_another) {
      return add({window, Rank::kRemainder, CauseKind::kCallback});  // it need not wake at the end
    }
    if (has_wait_) add({{last_wait_end_, window.end}, Rank::kRemainder, CauseKind::kLateWake});
    if (!evidence_.observed.times_callbacks) {
      const Nanos end = has_wait_ ? last_wait_end_ : window.end;
      return add({{window.begin, end}, Rank::kRemainder, CauseKind::kCallback});
    }
    for (const CallbackRecord& callback : evidence_.callbacks) {
      add({span_of(callback), Rank::kRemainder, CauseKind::kCallback});
    }
  }

  const Evidence& evidence_;
  const ThreadFacts& facts_;
  std::vector<Claim> claims_;
  Nanos last_wait_end_{INT64_MIN};
  bool has_wait_ = false;
};

/// Makes a part of the budget of each claim that won a slice.
class PartMaker {
 public:
  PartMaker(const Evidence& evidence, const AddressSpace& space)
      : evidence_(evidence), space_(space) {}

  /// Without time: that comes from the slices.
  [[nodiscard]] BudgetPart part_of(const Claim& claim) const {
    BudgetPart part;
    part.kind = claim.kind;
    part.facts = claim.rank == Rank::kRemainder ? 0 : 1;
    part.whole = claim.span.length();
    if (claim.fault != nullptr) describe_fault(*claim.fault, part);
    if (claim.kind == CauseKind::kRunQueue) describe_run_queue(claim, part);
    return part;
  }

 private:
  void describe_fault(const FaultRecord& fault, BudgetPart& part) const {
    part.detail = (fault.head.flags & kFaultIsMajor) != 0 ? "major" : "minor";
    part.address = fault.address;
    part.owner = space_.owner_of(fault.address, fault.thread);
    part.toucher = space_.owner_of(fault.instruction, fault.thread).symbol;
    part.whole = span_of(fault).length();
    const TimeSpan span = span_of(fault);
    for (auto off = first_beginning_after(evidence_.off_cpu, span.begin);
         off != evidence_.off_cpu.end() && span_of(*off).begin < span.end; ++off) {
      if (!is_preempted(*off)) part.slept += span_of(*off).clipped_to(span).length();
    }
  }

  void describe_run_queue(const Claim& claim, BudgetPart& part) const {
    part.detail = claim.rank == Rank::kPreempted ? "preempted" : "not scheduled";
    if (claim.off->instead == 0) return;
    part.by = std::string(space_.thread_name(claim.off->instead));
    part.by += (part.by.empty() ? "thread " : " ") + std::to_string(claim.off->instead);
  }

  const Evidence& evidence_;
  const AddressSpace& space_;
};

/// How much of the window each claim wins.
std::vector<Nanos> slice(const std::vector<Claim>& claims) {
  struct Edge {
    Nanos time;
    size_t claim;
    bool is_begin;
  };
  std::vector<Edge> edges;
  for (size_t i = 0; i < claims.size(); i++) {
    edges.push_back({claims[i].span.begin, i, true});
    edges.push_back({claims[i].span.end, i, false});
  }
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.time < b.time; });
  std::vector<Nanos> won(claims.size());
  std::set<std::pair<Rank, size_t>> active;
  Nanos from;
  for (const Edge& edge : edges) {
    if (!active.empty()) won[active.rbegin()->second] += edge.time - from;
    from = edge.time;
    const std::pair key(claims[edge.claim].rank, edge.claim);
    if (edge.is_begin) {
      active.insert(key);
    } else {
      active.erase(key);
    }
  }
  return won;
}

Budget budget_from_events(const Evidence& evidence, const ThreadFacts& facts,
                          const AddressSpace& space) {
  const Claims claims(evidence, facts);
  const std::vector<Nanos> won = slice(claims.all());
  const PartMaker maker(evidence, space);
  Budget budget(evidence.window.end - evidence.window.begin);
  for (size_t i = 0; i < won.size(); i++) {
    if (won[i] <= Nanos(0)) continue;
    BudgetPart part = maker.part_of(claims.all()[i]);
    part.time = won[i];
    budget.add(std::move(part));
  }
  return budget;
}

Budget budget_of_source(const Gap& gap, CauseKind kind) {
  Budget budget(lateness(gap));
  BudgetPart part;
  part.kind = kind;
  part.time = lateness(gap);
  part.whole = part.time;
  part.facts = 1;
  budget.add(std::move(part));
  return budget;
}

Budget budget_of(const Gap& gap, const ObservedThread& observed, const ThreadFacts& facts,
                 const AddressSpace& space) {
  if (gap.source == LossSource::kDevice) return budget_of_source(gap, CauseKind::kDevice);
  if (gap.source == LossSource::kServer) return budget_of_source(gap, CauseKind::kServer);
  const TimeSpan window{gap.due, gap.woke};
  if (observed.level == Observation::kNone) return Budget(lateness(gap));
  if (observed.level <= Observation::kCounters) {
    return budget_from_counters(window, observed, facts, space);
  }
  const Evidence evidence{window,
                          observed,
                          facts.has_lost(window),
                          facts.faults(window),
                          facts.off_cpu(window),
                          facts.callbacks(window),
                          facts.pauses({window.begin, window.end + kContinueDelay})};
  return budget_from_events(evidence, facts, space);
}

/// "Not memory" needs somebody who would have seen a fault.
std::optional<bool> is_memory(const Attribution& answer, const Gap& gap,
                              const ObservedThread& observed) {
  if (answer.cause == CauseKind::kPageFault) return true;
  if (gap.source != LossSource::kClient) return false;
  const bool is_unexplained = answer.cause == CauseKind::kUnexplained;
  const bool is_blind = observed.level <= Observation::kPolls || answer.has_lost_facts;
  if (observed.level == Observation::kNone || (is_unexplained && is_blind)) return std::nullopt;
  return false;
}

}  // namespace

Attribution attribute(const Gap& gap, const ObservedThread& observed, const ThreadFacts& facts,
                      const AddressSpace& space) {
  Attribution answer;
  answer.budget = budget_of(gap, observed, facts, space).parts();
  answer.cause = largest_cause(answer.budget);
  answer.has_lost_facts = facts.has_lost({gap.due, gap.woke});
  answer.is_memory = is_memory(answer, gap, observed);
  return answer;
}

Attribution attribute_other(const Gap& gap, const ObservedThread& observed,
                            const ThreadFacts& facts, const AddressSpace& space) {
  Gap its_own = gap;
  its_own.source = LossSource::kClient;
  return attribute(its_own, observed, facts, space);
}

}  // namespace holdfast
