// SPDX-License-Identifier: MIT
#include "core/self_test_check.h"

#include <algorithm>

namespace holdfast {
namespace {

Finding self_test_finding(const char* name, FindingStatus status, std::string evidence) {
  Finding made;
  made.group = "self-test";
  made.name = name;
  made.status = status;
  made.evidence = std::move(evidence);
  return made;
}

std::string microseconds(Nanos time) {
  return std::to_string(time.count / kMicrosecond.count) + " us";
}

/// The cause of most glitches.
CauseKind main_cause(const Summary& summary) {
  const auto most = std::max_element(summary.causes.begin(), summary.causes.end());
  return static_cast<CauseKind>(most - summary.causes.begin());
}

Finding check_wakes(const SelfTest& test) {
  const Summary& summary = test.summary;
  std::string evidence = std::to_string(summary.totals.blocks) + " blocks of " +
                         microseconds(test.period) + " as " + test.scheduling + ": late by " +
                         microseconds(summary.lateness.percentile(0.5)) + " (median), " +
                         microseconds(summary.lateness.maximum()) + " at most; more than " +
                         microseconds(test.tolerance) + " loses frames";
  if (summary.totals.blocks == 0) {
    return self_test_finding("wake-ups", FindingStatus::kUnknown, "no block came");
  }
  if (summary.glitches > 0) {
    evidence += "; " + std::to_string(summary.glitches) + " glitches, most by " +
                std::string(name_of(main_cause(summary)));
    Finding made = self_test_finding("wake-ups", FindingStatus::kFail, std::move(evidence));
    made.effect = "audio is lost here even without any load.";
    made.fix = test.is_realtime ? "look at them: holdfast count --for 1min"
                                : "get real-time priority first: sudo holdfast doctor --fix limits";
    if (!test.is_realtime) made.remedy = "limits";
    made.needs_login = !test.is_realtime;
    return made;
  }
  if (summary.lateness.maximum() >= test.period) {
    Finding made = self_test_finding("wake-ups", FindingStatus::kWarn, std::move(evidence));
    made.effect = "with buffers of one block, audio would have been lost.";
    made.fix = "use larger blocks, or look closer: holdfast count --frames 16 --for 1min";
    return made;
  }
  return self_test_finding("wake-ups", FindingStatus::kPass, std::move(evidence));
}

Finding check_own_faults(const SelfTest& test) {
  const Summary& summary = test.summary;
  if (!summary.own_major_faults || !summary.own_minor_faults) {
    return self_test_finding("own faults", FindingStatus::kUnknown,
                             "page faults could not be counted");
  }
  const std::string evidence = "its audio thread took " +
                               std::to_string(*summary.own_major_faults) + " major and " +
                               std::to_string(*summary.own_minor_faults) + " minor page faults";
  if (summary.is_trustworthy()) {
    return self_test_finding("own faults", FindingStatus::kPass, evidence);
  }
  Finding made = self_test_finding(
      "own faults", FindingStatus::kFail,
      evidence + "; " + std::to_string(summary.dropped_records) + " of its records were dropped");
  made.effect = "what Holdfast measures here is not trustworthy.";
  if (test.is_locked) {
    made.fix = "say so to the authors, with the output of holdfast doctor --paste";
    return made;
  }
  made.fix = "its memory could not be locked: sudo holdfast doctor --fix limits";
  made.remedy = "limits";
  made.needs_login = true;
  return made;
}

}  // namespace

std::vector<Finding> check_self_test(const SelfTest& test) {
  if (!test.failure.empty()) {
    Finding made =
        self_test_finding("wake-ups", FindingStatus::kUnknown, "could not be run: " + test.failure);
    made.effect = "whether audio threads wake in time here is not known.";
    return {made};
  }
  return {check_wakes(test), check_own_faults(test)};
}

}  // namespace holdfast
