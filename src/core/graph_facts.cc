// SPDX-License-Identifier: MIT
#include "core/graph_facts.h"

#include <algorithm>
#include <initializer_list>

namespace holdfast {
namespace {

Nanos time_of(const Attribution& attribution, std::initializer_list<CauseKind> kinds) {
  Nanos time;
  for (const BudgetPart& part : attribution.budget) {
    if (std::find(kinds.begin(), kinds.end(), part.kind) != kinds.end()) time += part.time;
  }
  return time;
}

/// Time in which it was its turn. A program that keeps its time sleeps through most of another's
/// lateness, once a cycle: sleeps count for nothing here.
Nanos turn_of(const Attribution& attribution) {
  return time_of(attribution, {CauseKind::kPageFault, CauseKind::kRunQueue, CauseKind::kCallback,
                               CauseKind::kStopped});
}

bool is_most_of(Nanos time, const Gap& gap) {
  return time > Nanos(0) && time * 2 >= lateness(gap);
}

/// Our thread had nothing to do but wait, as far as its own facts tell.
bool is_waiting(const Attribution& own) {
  return own.cause == CauseKind::kLateWake || own.cause == CauseKind::kUnexplained;
}

}  // namespace

GraphFacts::Program::Program(const FollowedProgram& followed)
    : session(followed),
      observed{followed.observation, static_cast<uint32_t>(followed.thread), false, true},
      facts(observed.thread) {}

/// No record of a thread off the processor: it was on it, or it slept all the time and its sleep is
/// told when it ends. Our own thread is awake when it is asked about; of others the counters tell.
std::optional<Attribution> GraphFacts::Program::attribution_of(const Gap& gap) const {
  Attribution its = attribute_other(gap, observed, facts, space);
  const Nanos worked = time_of(its, {CauseKind::kCallback});
  const auto use = facts.use({gap.due, gap.woke});
  if (!is_most_of(worked, gap) || (use && use->cpu * 2 >= worked)) return its;
  return std::nullopt;
}

/// Whoever waits for its turn is woken once a cycle; wake-ups jitter by less than half of one.
bool GraphFacts::Program::has_overslept(const Gap& gap, Nanos cycle) const {
  const TimeSpan window{gap.due, gap.woke};
  const auto sleeps = facts.off_cpu(window);
  return std::any_of(sleeps.begin(), sleeps.end(), [&](const OffCpuRecord& off) {
    const TimeSpan span = span_of(off);
    return span.length() * 2 >= cycle * 3 && is_most_of(span.clipped_to(window).length(), gap);
  });
}

GraphFacts::GraphFacts(const SessionInfo& info)
    : cycle_(duration_of(Frames(info.block_frames), std::max<int64_t>(info.rate_hz, 1))) {
  for (const FollowedProgram& program : info.followed) {
    if (program.thread != 0) programs_.emplace_back(program);
  }
}

/// Facts that name a thread go to it; a pause of the host, and a hole in what is known, to all.
/// That our own process was stopped, or what our callbacks did, says nothing about theirs.
void GraphFacts::take(const Record& record) {
  const bool is_ours =
      record.head.kind == RecordKind::kCallback ||
      (record.head.kind == RecordKind::kPause && (record.head.flags & kPauseIsHost) == 0);
  if (is_ours) return;
  for (Program& program : programs_) {
    const bool is_anothers_line = record.head.kind == RecordKind::kFollowedText &&
                                  record.head.epoch != program.observed.thread;
    if (is_anothers_line) {
      program.lines.finish();
    } else if (const auto line = program.lines.take(record)) {
      program.space.take_line(*line);
    } else {
      program.facts.add(record);
    }
  }
}

void GraphFacts::forget_before(Nanos time) {
  for (Program& program : programs_) program.facts.forget_before(time);
}

std::optional<GraphFacts::Blame> GraphFacts::blame(const Gap& gap, const Attribution& own) const {
  const bool is_ours = gap.source == LossSource::kClient && !is_waiting(own);
  if (gap.source == LossSource::kDevice || is_ours) return std::nullopt;
  if (auto worked = blame_who_worked(gap)) return worked;
  if (auto slept = blame_who_slept(gap)) return slept;
  return blame_server(gap, own);
}

/// Whoever spent the most of the lateness on work, or on waiting for a processor or a page.
std::optional<GraphFacts::Blame> GraphFacts::blame_who_worked(const Gap& gap) const {
  std::optional<Blame> most;
  for (const Program& program : programs_) {
    auto its = program.attribution_of(gap);
    if (!its || !is_most_of(turn_of(*its), gap)) continue;
    if (most && turn_of(*its) <= turn_of(most->attribution)) continue;
    most = Blame{program.session.name, std::move(*its)};
  }
  return most;
}

/// A program that waits for its turn is woken once a cycle. One that slept through most of the
/// lateness was asleep in its own work, or waited for one that was: of several, the first in order
/// of work, which is the last listed. The server's thread sleeps in every cycle: not it.
std::optional<GraphFacts::Blame> GraphFacts::blame_who_slept(const Gap& gap) const {
  if (gap.source != LossSource::kClient) return std::nullopt;
  for (auto program = programs_.rbegin(); program != programs_.rend(); ++program) {
    if (program->session.is_server) continue;
    if (!program->has_overslept(gap, cycle_)) continue;
    if (auto its = program->attribution_of(gap)) {
      return Blame{program->session.name, std::move(*its)};
    }
  }
  return std::nullopt;
}

/// What the server lost is the server's, also where its facts explain little or nothing of it.
std::optional<GraphFacts::Blame> GraphFacts::blame_server(const Gap& gap,
                                                          const Attribution& own) const {
  if (gap.source != LossSource::kServer) return std::nullopt;
  for (const Program& program : programs_) {
    if (!program.session.is_server) continue;
    return Blame{program.session.name, program.attribution_of(gap).value_or(own)};
  }
  return std::nullopt;
}

int64_t GraphFacts::dropped() const {
  int64_t dropped = 0;
  for (const Program& program : programs_) dropped += program.facts.dropped();
  return dropped;
}

}  // namespace holdfast
