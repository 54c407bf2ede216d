// SPDX-License-Identifier: MIT
#include "act/priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace holdfast::act {
namespace {

/// 0 or an errno. On Linux these calls take the id of a thread, not of a process.
int request_fifo(pid_t thread, int priority) {
  sched_param parameter = {};
  parameter.sched_priority = priority;
  return sched_setscheduler(thread, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameter) == 0 ? 0 : errno;
}

int priority_limit() {
  rlimit limit = {};
  getrlimit(RLIMIT_RTPRIO, &limit);
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 99));
}

Unavailable explain_refusal(int priority, int system_errno) {
  Unavailable refusal;
  refusal.why =
      "SCHED_FIFO " + std::to_string(priority) + " was refused: " + std::strerror(system_errno);
  if (geteuid() == 0) {
    refusal.how_to_get_it =
        "root was refused, so a container or a cpu cgroup forbids it: give the container "
        "CAP_SYS_NICE, or give the cgroup a cpu.rt_runtime_us above 0";
  } else {
    refusal.how_to_get_it =
        "put '@audio - rtprio 95' into /etc/security/limits.d/audio.conf, join the group with "
        "'sudo usermod -aG audio $USER', and log in again (RLIMIT_RTPRIO is " +
        std::to_string(priority_limit()) + " now)";
  }
  return refusal;
}

const char* policy_name(int policy) {
  switch (policy) {
    case SCHED_OTHER:
      return "SCHED_OTHER";
    case SCHED_FIFO:
      return "SCHED_FIFO";
    case SCHED_RR:
      return "SCHED_RR";
    case SCHED_BATCH:
      return "SCHED_BATCH";
    case SCHED_IDLE:
      return "SCHED_IDLE";
    case 6:
      return "SCHED_DEADLINE";  // not in the headers of glibc 2.36
    default:
      return "SCHED_UNKNOWN";
  }
}

}  // namespace

bool SchedulingGrant::is_realtime() const {
  return policy == SCHED_FIFO || policy == SCHED_RR;
}

SchedulingGrant read_scheduling(pid_t thread) {
  SchedulingGrant grant;
  grant.policy = sched_getscheduler(thread) & ~SCHED_RESET_ON_FORK;
  sched_param parameter = {};
  sched_getparam(thread, &parameter);
  grant.priority = parameter.sched_priority;
  return grant;
}

SchedulingGrant make_realtime(pid_t thread, int priority) {
  const int wanted = std::clamp(priority, 1, 99);
  const int refusal = request_fifo(thread, wanted);
  if (refusal != 0) {
    const int allowed = priority_limit();
    if (allowed > 0 && allowed < wanted) request_fifo(thread, allowed);
  }
  SchedulingGrant grant = read_scheduling(thread);
  if (refusal != 0) grant.refused = explain_refusal(wanted, refusal);
  return grant;
}

void make_ordinary() {
  const sched_param none = {};
  sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none);
}

std::string to_text(const SchedulingGrant& grant) {
  std::string text = policy_name(grant.policy);
  if (grant.is_realtime()) text += " " + std::to_string(grant.priority);
  return text;
}

}  // namespace holdfast::act
