// SPDX-License-Identifier: MIT
#include "report/budget_text.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "report/duration_text.h"
#include "report/page_owner_text.h"

namespace holdfast {
namespace {

constexpr size_t kPagesListed = 10;

std::string name(CauseKind kind) {
  return std::string(name_of(kind));
}

std::string faults_text(int64_t count, const std::string& kind) {
  return std::to_string(count) + " " + kind + (count == 1 ? " fault" : " faults");
}

std::string fault_evidence(const BudgetPart& part) {
  std::string text = faults_text(part.facts, part.detail);
  if (part.is_estimated) return text + " counted, times estimated";
  text += ", " + duration_text(part.whole);
  if (part.slept > Nanos(0)) text += ", " + duration_text(part.slept) + " of it asleep for I/O";
  const bool is_told = part.toucher.empty() || part.toucher == part.owner.symbol;
  return is_told ? text : text + "; touched by " + part.toucher;
}

std::string run_queue_evidence(const BudgetPart& part) {
  std::string text = "runnable but not running";
  if (part.detail == "preempted") text = "preempted";
  return part.by.empty() ? text
                         : text + (part.detail == "preempted" ? " by " : "; ") + part.by +
                               (part.detail == "preempted" ? "" : " ran instead");
}

int percent_of(Nanos part, Nanos whole) {
  if (whole <= Nanos(0)) return 100;
  return static_cast<int>(
      std::lround(static_cast<double>(part.count) * 100 / static_cast<double>(whole.count)));
}

Nanos time_of(const Glitch& glitch, CauseKind kind) {
  Nanos time;
  for (const BudgetPart& part : glitch.budget) {
    if (part.kind == kind) time += part.time;
  }
  return time;
}

const char* advice_for(CauseKind kind) {
  switch (kind) {
    case CauseKind::kPageFault:
      return "lock these pages (mlock)";
    case CauseKind::kRunQueue:
      return "give the audio thread a higher real-time priority than what ran instead, or, where "
             "it "
             "has one, use a kernel that preempts (preempt=full)";
    case CauseKind::kCallback:
      return "make the callback faster, or the blocks larger";
    case CauseKind::kBlocked:
      return "take locks, files and other waits out of the callback";
    case CauseKind::kStopped:
      return "nothing to mend: the process was stopped by a signal or a debugger";
    case CauseKind::kLateWake:
      return "look at timers and power saving: performance governor, shallow idle states";
    case CauseKind::kHostPause:
      return "the host of this virtual machine took its processors away: use real hardware";
    case CauseKind::kServer:
      return "look at the sound server's own thread";
    case CauseKind::kDevice:
      return "look at the device, its cable and its driver";
    case CauseKind::kUnexplained:
      return "record it again with more privileges (see what limits this run)";
  }
  return "";
}

CauseKind most_frequent(const Summary& summary) {
  const auto most = std::max_element(summary.causes.begin(), summary.causes.end());
  return static_cast<CauseKind>(most - summary.causes.begin());
}

std::string counted(int64_t part, int64_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole) +
         (whole == 1 ? " glitch" : " glitches");
}

std::string memory_verdict(const Summary& summary, int64_t listed) {
  const int64_t faulted = summary.causes[static_cast<size_t>(CauseKind::kPageFault)];
  std::string text = counted(faulted, listed) + " came from page faults";
  if (summary.pages.empty()) return text;
  const PageCost& worst = summary.pages.front();
  return text + ". Most expensive: " + owner_text(worst.owner, worst.address) + " (" +
         duration_text(worst.time) + " in " + counted(worst.glitches, listed) +
         "). Try: " + advice_for(CauseKind::kPageFault);
}

std::string other_verdict(const Summary& summary, int64_t listed) {
  const CauseKind kind = most_frequent(summary);
  const int64_t count = summary.causes[static_cast<size_t>(kind)];
  const std::string start = kind == CauseKind::kUnexplained ? "" : "Not memory: ";
  return start + counted(count, listed) + " came from " + name(kind) + ". Try: " + advice_for(kind);
}

}  // namespace

std::string place_text(const BudgetPart& part) {
  if (part.kind != CauseKind::kPageFault) return "";
  if (part.is_estimated && part.address == 0) return "page not known";
  return owner_text(part.owner, part.address);
}

std::string backing_text(const BudgetPart& part) {
  if (part.kind != CauseKind::kPageFault || (part.is_estimated && part.address == 0)) return "";
  return backing_text(part.owner, part.detail == "major");
}

std::string evidence_text(const BudgetPart& part) {
  switch (part.kind) {
    case CauseKind::kPageFault:
      return fault_evidence(part);
    case CauseKind::kRunQueue:
      return run_queue_evidence(part);
    case CauseKind::kCallback:
      return "on the processor in its own code";
    case CauseKind::kBlocked:
      return "asleep in a call of its own";
    case CauseKind::kStopped:
      return "stopped by a signal";
    case CauseKind::kLateWake:
      return "asleep for the device beyond the due time, and nothing ran instead";
    case CauseKind::kHostPause:
      return "all processors stood still";
    case CauseKind::kServer:
      return "the sound server was late";
    case CauseKind::kDevice:
      return "the device lost the frames";
    case CauseKind::kUnexplained:
      break;
  }
  return "";
}

std::string cause_text(const Glitch& glitch) {
  std::string text = name(glitch.cause);
  const Nanos all = lateness(glitch.gap);
  if (glitch.cause == CauseKind::kUnexplained || all <= Nanos(0)) return text;
  text += format(" %d %%", percent_of(time_of(glitch, glitch.cause), all));
  const auto largest =
      std::find_if(glitch.budget.begin(), glitch.budget.end(),
                   [&](const BudgetPart& part) { return part.kind == glitch.cause; });
  std::string detail = place_text(*largest);
  if (glitch.cause == CauseKind::kRunQueue) detail = largest->by;
  return detail.empty() ? text : text + " (" + detail + ")";
}

std::string budget_text(const Glitch& glitch) {
  std::string text;
  for (const BudgetPart& part : glitch.budget) {
    text += format("    %-12s %8s %4d %%", name(part.kind).c_str(),
                   duration_text(part.time).c_str(), percent_of(part.time, lateness(glitch.gap)));
    const std::string place = place_text(part);
    const std::string evidence = evidence_text(part);
    if (!place.empty()) text += "  " + place + ":";
    if (!evidence.empty()) text += (place.empty() ? "  " : " ") + evidence;
    text += '\n';
  }
  if (glitch.has_lost_facts) text += "    (facts were lost here: a probe had no room)\n";
  return text;
}

std::string verdict_text(const Summary& summary, const SessionInfo& info) {
  int64_t listed = 0;
  for (const int64_t count : summary.causes) listed += count;
  if (listed == 0) return "No glitch to explain";
  const auto count_of = [&](CauseKind kind) { return summary.causes[static_cast<size_t>(kind)]; };
  if (count_of(CauseKind::kPageFault) > 0) return memory_verdict(summary, listed);
  const bool is_blind =
      info.observation == Observation::kNone && count_of(CauseKind::kUnexplained) > 0;
  if (is_blind) return "Cause not known: nobody looked at the audio thread in this run";
  return other_verdict(summary, listed);
}

std::string pages_text(const Summary& summary) {
  std::string text;
  size_t lines = 0;
  for (const PageCost& page : summary.pages) {
    if (lines++ == kPagesListed) break;
    text += format("page faults    %8s in ", duration_text(page.time).c_str());
    text += std::to_string(page.glitches) + (page.glitches == 1 ? " glitch, " : " glitches, ") +
            std::to_string(page.major) + " major, " + std::to_string(page.minor) +
            " minor: " + owner_text(page.owner, page.address) + "\n";
  }
  return text;
}

}  // namespace holdfast
