// SPDX-License-Identifier: MIT
#include "core/attribute_counters.h"

#include <algorithm>

namespace holdfast {
namespace {

/// A look at the pages follows at most so long after another one.
constexpr Nanos kLooksApart = kMillisecond * 100;

/// `part` of `whole`, of `amount`.
Nanos share(Nanos amount, Nanos part, Nanos whole) {
  if (whole <= Nanos(0)) return Nanos(0);
  const double factor = static_cast<double>(part.count) / static_cast<double>(whole.count);
  return Nanos(static_cast<int64_t>(static_cast<double>(amount.count) * factor));
}

/// What is known of a stretch of the thread's time, in amounts.
struct Amounts {
  TimeSpan span;
  Nanos cpu;
  Nanos run_delay;
  int64_t major = 0;
  int64_t minor = 0;
  int64_t slept = 0;  ///< Voluntary switches; -1 where not counted.
};

class CounterBudget {
 public:
  CounterBudget(TimeSpan window, const ObservedThread& observed, const ThreadFacts& facts,
                const AddressSpace& space)
      : window_(window),
        observed_(observed),
        facts_(facts),
        space_(space),
        budget_(window.end - window.begin) {}

  Budget divide() {
    claim_pauses();
    const auto callbacks = facts_.callbacks(window_);
    for (const CallbackRecord& callback : callbacks) divide_callback(callback);
    if (observed_.level == Observation::kCounters) {
      divide_wait(callbacks);
    } else {
      divide_poll();
    }
    return budget_;
  }

 private:
  void add(CauseKind kind, Nanos time, int64_t facts, const char* detail = "") {
    BudgetPart part;
    part.kind = kind;
    part.time = time;
    part.whole = time;
    part.facts = facts;
    part.detail = detail;
    part.is_estimated = true;
    if (time > Nanos(0)) budget_.add(std::move(part));
  }

  void add_fault(Nanos time, int64_t count, const char* detail, TimeSpan where) {
    BudgetPart part;
    part.kind = CauseKind::kPageFault;
    part.time = time;
    part.whole = time;
    part.facts = count;
    part.detail = detail;
    part.is_estimated = true;
    name_page(where, part);
    if (time > Nanos(0)) budget_.add(std::move(part));
  }

  /// A page that was out before and in after: its fault has no times, but an owner. It is seen at
  /// the first look after it came back.
  void name_page(TimeSpan where, BudgetPart& part) const {
    const auto found = facts_.faults({where.begin, where.end + kLooksApart});
    if (found.empty()) return;
    part.address = found.front().address;
    part.owner = space_.owner_of(part.address, found.front().thread);
  }

  void claim_pauses() {
    for (const PauseRecord& pause : facts_.pauses(window_)) {
      const bool is_host = (pause.head.flags & kPauseIsHost) != 0;
      add(is_host ? CauseKind::kHostPause : CauseKind::kStopped,
          span_of(pause).clipped_to(window_).length(), 1);
    }
  }

  /// `within`: how much of the amounts' span lies in the window.
  void divide_amounts(const Amounts& amounts, Nanos within) {
    const Nanos whole = amounts.span.length();
    const Nanos off = std::max(whole - amounts.cpu, Nanos(0));
    const Nanos run = std::clamp(amounts.run_delay, Nanos(0), off);
    add(CauseKind::kRunQueue, share(run, within, whole), 1);
    if (amounts.major > 0) {
      add_fault(share(off - run, within, whole), amounts.major, "major", amounts.span);
    } else if (amounts.slept != 0) {
      add(CauseKind::kBlocked, share(off - run, within, whole), amounts.slept);
    }
    const Nanos minor =
        std::min(amounts.cpu, kLeastMinorFault * std::min<int64_t>(amounts.minor, 1'000'000));
    add_fault(share(minor, within, whole), amounts.minor, "minor", amounts.span);
    add(CauseKind::kCallback, share(amounts.cpu - minor, within, whole), 1);
  }

  void divide_callback(const CallbackRecord& callback) {
    Amounts amounts{
        span_of(callback),
        Nanos(std::clamp(callback.cpu_ns, int64_t{0}, span_of(callback).length().count)),
        Nanos(0),
        callback.major,
        callback.minor,
        callback.slept};
    if (const auto use = facts_.use(amounts.span)) amounts.run_delay = use->run_delay;
    divide_amounts(amounts, amounts.span.clipped_to(window_).length());
  }

  /// The rest was spent waiting for the device: runnable, or woken too late.
  void divide_wait(const std::vector<CallbackRecord>& callbacks) {
    Nanos working;
    for (const CallbackRecord& callback : callbacks) {
      working += span_of(callback).clipped_to(window_).length();
    }
    const Nanos waiting = std::min(budget_.rest(), std::max(window_.length() - working, Nanos(0)));
    const auto use = facts_.use(window_);
    if (!use) return;
    if (use->is_stopped) return add(CauseKind::kStopped, waiting, 1);
    const Nanos run = working > Nanos(0) ? Nanos(0) : std::clamp(use->run_delay, Nanos(0), waiting);
    add(CauseKind::kRunQueue, run, 1);
    add(CauseKind::kLateWake, waiting - run, 1);
  }

  /// Only readings from outside, some milliseconds apart. What slept may have waited for the device
  /// or for anything else, and faults count only where both readings lie within the window: else
  /// they may have been before or after it. All that stays unexplained.
  void divide_poll() {
    const auto use = facts_.use(window_);
    if (!use) return;
    if (use->is_stopped) return add(CauseKind::kStopped, budget_.rest(), 1);
    add(CauseKind::kRunQueue, use->run_delay - use->usual_run_delay, 1);
    // Time on the processor may have been spent in page faults, where there were any.
    const Nanos busy = use->cpu - use->usual_cpu;
    const bool has_faults =
        use->major > 0 ||
        kLeastMinorFault * std::clamp<int64_t>(use->minor, 0, 1'000'000) > Nanos(busy.count / 4);
    if (!has_faults) add(CauseKind::kCallback, busy, 1);
    const auto inside = facts_.use_within(window_);
    if (inside && inside->major > 0) add_fault(budget_.rest(), inside->major, "major", window_);
  }

  TimeSpan window_;
  const ObservedThread& observed_;
  const ThreadFacts& facts_;
  const AddressSpace& space_;
  Budget budget_;
};

}  // namespace

Budget budget_from_counters(TimeSpan window, const ObservedThread& observed,
                            const ThreadFacts& facts, const AddressSpace& space) {
  return CounterBudget(window, observed, facts, space).divide();
}

}  // namespace holdfast
