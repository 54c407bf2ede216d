// SPDX-License-Identifier: MIT
#include "core/observe_check.h"

namespace holdfast {
namespace {

/// The strictest level of kernel.perf_event_paranoid at which own threads can be observed.
constexpr int kMostParanoid = 2;

Finding observe_finding(const char* name, FindingStatus status, std::string evidence) {
  Finding made;
  made.group = "observe";
  made.name = name;
  made.status = status;
  made.evidence = std::move(evidence);
  return made;
}

std::string level_text(Observation level) {
  switch (level) {
    case Observation::kAllEvents:
      return "full attribution: every fault with address and duration, and who ran instead";
    case Observation::kUserEvents:
      return "attribution of page faults in user mode; not of those in kernel mode, nor who ran "
             "instead";
    default:
      return "counts only: no addresses, no durations";
  }
}

bool can_observe(const ObserveTrials& trials) {
  return trials.level && *trials.level >= Observation::kUserEvents;
}

void add_paranoid_fix(const ObserveTrials& trials, Finding& made) {
  if (trials.paranoid.value_or(kMostParanoid) <= kMostParanoid) {
    made.fix = "allow perf_event_open: a container or security module refuses it";
    return;
  }
  made.fix = "sudo holdfast doctor --fix perf";
  made.remedy = "perf";
}

Finding check_faults(const ObserveTrials& trials) {
  if (!trials.level) {
    return observe_finding("page faults", FindingStatus::kUnknown,
                           "could not be tried: " + trials.refusal);
  }
  if (!can_observe(trials)) {
    std::string evidence = "refused: " + trials.refusal;
    if (trials.paranoid) {
      evidence += "; kernel.perf_event_paranoid is " + std::to_string(*trials.paranoid);
    }
    Finding made = observe_finding("page faults", FindingStatus::kWarn, std::move(evidence));
    made.effect = "glitches are counted, but which page was missing is not told (" +
                  level_text(Observation::kPolls) + ").";
    add_paranoid_fix(trials, made);
    return made;
  }
  const std::string seen = "a thread touched " + std::to_string(trials.touched_pages) +
                           " fresh pages, " + std::to_string(trials.seen_faults) +
                           " faults were seen; ";
  if (trials.seen_faults < trials.touched_pages) {
    Finding made =
        observe_finding("page faults", FindingStatus::kFail, seen + level_text(*trials.level));
    made.effect = "page faults are missed, so verdicts may leave out memory.";
    made.fix = "say so to the authors, with the output of holdfast doctor --paste";
    return made;
  }
  return observe_finding("page faults", FindingStatus::kPass, seen + level_text(*trials.level));
}

Finding check_residency(const ObserveTrials& trials) {
  const std::string evidence =
      "asked pagemap and mincore for a touched and an untouched page: " + to_text(trials.residency);
  if (trials.residency.is_granted()) {
    return observe_finding("residency", FindingStatus::kPass, evidence + ", told apart");
  }
  Finding made = observe_finding("residency", FindingStatus::kUnknown, evidence);
  if (trials.residency.was_tried) made.status = FindingStatus::kFail;
  made.effect = "holdfast watch cannot say which pages are in memory.";
  made.fix = "mount /proc; a container may hide parts of it";
  return made;
}

Finding check_own_programs(const ObserveTrials& trials) {
  const std::string evidence =
      "asked to hold a process of this user's that is not a child: " + to_text(trials.tracing);
  if (trials.tracing.is_granted()) {
    return observe_finding("own programs", FindingStatus::kPass, evidence);
  }
  Finding made = observe_finding("own programs", FindingStatus::kUnknown, evidence);
  if (!trials.tracing.was_tried) return made;
  if (trials.is_traced) {
    made.evidence += ", because a debugger holds it";
    return made;
  }
  made.status = FindingStatus::kWarn;
  made.effect = "stacks of running programs are found less exactly, and holdfast evict is refused.";
  made.fix = "until the next start: sudo sysctl kernel.yama.ptrace_scope=0";
  return made;
}

Finding check_others(const ObserveTrials& trials) {
  const std::string evidence =
      "asked for the pages of another user's process (the first one): " + to_text(trials.others);
  if (trials.others.is_granted()) {
    return observe_finding("other users", FindingStatus::kPass, evidence);
  }
  Finding made = observe_finding("other users", FindingStatus::kUnknown, evidence);
  if (!trials.others.was_tried) {
    made.evidence = "no process of another user is here to try it with";
    return made;
  }
  // What an ordinary user cannot and need not do is no defect of the machine.
  made.status = trials.is_privileged ? FindingStatus::kWarn : FindingStatus::kPass;
  if (!trials.is_privileged) {
    made.evidence += ", as it should be: their programs need root";
    return made;
  }
  made.effect = "programs of other users cannot be watched.";
  made.fix = "give the container --cap-add SYS_PTRACE";
  return made;
}

Finding check_symbols(const ObserveTrials& trials) {
  if (trials.asked_symbols == 0) {
    return observe_finding("symbols", FindingStatus::kUnknown,
                           "no name of a function could be asked for");
  }
  const std::string evidence =
      "asked for the names of " + std::to_string(trials.asked_symbols) +
      " functions, of the program and of libc: " + std::to_string(trials.named_symbols) + " found";
  if (trials.named_symbols == trials.asked_symbols) {
    return observe_finding("symbols", FindingStatus::kPass, evidence);
  }
  Finding made = observe_finding("symbols", FindingStatus::kWarn, evidence);
  made.effect = "pages are told by file and offset, without the name of what lies there.";
  made.fix = "do not strip the program; install the debug symbols of libraries (libc6-dbg)";
  return made;
}

}  // namespace

std::vector<Finding> check_observe(const ObserveTrials& trials) {
  return {check_faults(trials), check_residency(trials), check_symbols(trials),
          check_own_programs(trials), check_others(trials)};
}

}  // namespace holdfast
