// SPDX-License-Identifier: MIT
#include "core/schedule_check.h"

#include <string>

namespace holdfast {
namespace {

/// Below this share of the time, a busy real-time thread is held up in ordinary use.
constexpr int64_t kLeastRuntimePercent = 80;

Finding schedule_finding(const char* name, FindingStatus status, std::string evidence) {
  Finding made;
  made.group = "schedule";
  made.name = name;
  made.status = status;
  made.evidence = std::move(evidence);
  return made;
}

void add_limits_fix(const ScheduleTrials& trials, Finding& finding) {
  if (trials.is_privileged) {
    finding.fix =
        "root was refused, so a container or a cpu cgroup forbids it: give the container --cap-add "
        "SYS_NICE, or the cgroup a cpu.rt_runtime_us above 0";
    return;
  }
  finding.fix = "sudo holdfast doctor --fix limits";
  finding.remedy = "limits";
  finding.needs_login = true;
}

std::string bus_text(const ScheduleTrials& trials) {
  if (!trials.is_bus_reachable) return "";
  return *trials.is_bus_reachable
             ? "; the system bus answers, so sound servers may get priority from RTKit (not tried)"
             : "; no system bus answers, so RTKit cannot help either";
}

Finding check_realtime(const ScheduleTrials& trials) {
  const std::string asked = "asked for SCHED_FIFO " + std::to_string(trials.wanted_priority) + ": ";
  if (trials.realtime.is_granted() && trials.granted_priority >= trials.wanted_priority) {
    return schedule_finding("real-time", FindingStatus::kPass,
                            asked + "ok, read back as " + std::to_string(trials.granted_priority));
  }
  if (!trials.realtime.was_tried) {
    return schedule_finding("real-time", FindingStatus::kUnknown, asked + to_text(trials.realtime));
  }
  std::string evidence = asked + to_text(trials.realtime) + "; RLIMIT_RTPRIO is " +
                         std::to_string(trials.priority_limit);
  const bool has_some = trials.granted_priority > 0;
  if (has_some) evidence += ", which was granted";
  Finding made =
      schedule_finding("real-time", has_some ? FindingStatus::kWarn : FindingStatus::kFail,
                       evidence + bus_text(trials));
  made.effect = has_some ? "programs that ask for more than the limit may get nothing at all."
                         : "any other program can make the audio thread late, memory or not.";
  add_limits_fix(trials, made);
  return made;
}

Finding check_nice(const ScheduleTrials& trials) {
  const std::string evidence = "asked for a nice value of -11: " + to_text(trials.nice);
  if (trials.nice.is_granted()) return schedule_finding("nice", FindingStatus::kPass, evidence);
  Finding made = schedule_finding("nice", FindingStatus::kUnknown, evidence);
  if (!trials.nice.was_tried) return made;
  made.status = FindingStatus::kWarn;
  made.effect = "threads that feed the audio thread (disk, MIDI) compete with everything else.";
  add_limits_fix(trials, made);
  return made;
}

Finding check_throttling(const ScheduleTrials& trials) {
  if (!trials.runtime_us || !trials.period_us || *trials.period_us <= 0) {
    return schedule_finding("throttling", FindingStatus::kUnknown,
                            "kernel.sched_rt_runtime_us cannot be read");
  }
  const int64_t runtime = *trials.runtime_us;
  if (runtime < 0) {
    Finding made =
        schedule_finding("throttling", FindingStatus::kWarn,
                         "real-time threads may take all of the time (sched_rt_runtime_us -1)");
    made.effect = "no audio is lost by it, but one that never sleeps freezes the machine.";
    made.fix = "sudo sysctl kernel.sched_rt_runtime_us=950000";
    return made;
  }
  const int64_t percent = runtime * 100 / *trials.period_us;
  const std::string evidence = "real-time threads may take " + std::to_string(percent) +
                               " % of the time (sched_rt_runtime_us " + std::to_string(runtime) +
                               ")";
  if (percent >= kLeastRuntimePercent) {
    return schedule_finding("throttling", FindingStatus::kPass, evidence);
  }
  Finding made = schedule_finding("throttling", FindingStatus::kFail, evidence);
  made.effect = "a busy audio thread is stopped for the rest of each period.";
  made.fix = "sudo sysctl kernel.sched_rt_runtime_us=950000";
  return made;
}

Finding check_time_limit(const ScheduleTrials& trials) {
  if (!trials.time_limit_us) {
    return schedule_finding("time limit", FindingStatus::kUnknown, "RLIMIT_RTTIME cannot be read");
  }
  if (*trials.time_limit_us < 0) {
    return schedule_finding("time limit", FindingStatus::kPass, "RLIMIT_RTTIME is unlimited");
  }
  Finding made =
      schedule_finding("time limit", FindingStatus::kWarn,
                       "RLIMIT_RTTIME is " + std::to_string(*trials.time_limit_us) + " us");
  made.effect = "a real-time thread that runs longer than that without sleeping is killed.";
  made.fix = "look for 'rttime' in /etc/security/limits.d, or LimitRTTIME= of the service";
  return made;
}

}  // namespace

std::vector<Finding> check_schedule(const ScheduleTrials& trials) {
  return {check_realtime(trials), check_nice(trials), check_throttling(trials),
          check_time_limit(trials)};
}

}  // namespace holdfast
