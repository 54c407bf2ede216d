// SPDX-License-Identifier: MIT
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "act/priority.h"
#include "act/schedule_trials.h"
#include "act/small_file.h"
#include "act/trial.h"
#include "core/kernel_text.h"

namespace holdfast::act {
namespace {

constexpr int kWantedNice = -11;  // what sound servers give their helper threads
constexpr const char* kSystemBus = "/run/dbus/system_bus_socket";

/// 0 only when the kernel also says so afterwards.
int become_realtime(int priority) {
  sched_param parameter = {};
  parameter.sched_priority = priority;
  if (sched_setscheduler(0, SCHED_FIFO, &parameter) != 0) return errno;
  const SchedulingGrant grant = read_scheduling(0);
  return grant.is_realtime() && grant.priority == priority ? 0 : EPERM;
}

int become_nicer() {
  return setpriority(PRIO_PROCESS, 0, kWantedNice) == 0 ? 0 : errno;
}

bool is_bus_reachable() {
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (connection < 0) return false;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, kSystemBus, sizeof(address.sun_path) - 1);
  const bool is_reached =
      connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(connection);
  return is_reached;
}

int own_priority_limit() {
  rlimit limit = {};
  getrlimit(RLIMIT_RTPRIO, &limit);
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 99));
}

std::optional<int64_t> time_limit_us() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_RTTIME, &limit) != 0) return std::nullopt;
  if (limit.rlim_cur == RLIM_INFINITY) return -1;
  return static_cast<int64_t>(std::min<rlim_t>(limit.rlim_cur, INT64_MAX));
}

std::optional<int64_t> read_number(const std::string& path) {
  const auto text = read_small_file(path);
  if (!text) return std::nullopt;
  return parse_number<int64_t>(TextReader(*text).take_line());
}

}  // namespace

ScheduleTrials try_schedule(int wanted_priority, const std::string& root) {
  ScheduleTrials trials;
  trials.wanted_priority = wanted_priority;
  trials.priority_limit = own_priority_limit();
  trials.is_privileged = geteuid() == 0;
  trials.realtime = try_in_child([=] { return become_realtime(wanted_priority); });
  if (trials.realtime.is_granted()) {
    trials.granted_priority = wanted_priority;
  } else if (trials.priority_limit > 0 && trials.priority_limit < wanted_priority) {
    const int allowed = trials.priority_limit;
    const bool is_granted = try_in_child([=] { return become_realtime(allowed); }).is_granted();
    if (is_granted) trials.granted_priority = allowed;
  }
  if (!trials.realtime.is_granted()) trials.is_bus_reachable = is_bus_reachable();
  trials.nice = try_in_child(&become_nicer);
  trials.time_limit_us = time_limit_us();
  trials.runtime_us = read_number(root + "/sys/kernel/sched_rt_runtime_us");
  trials.period_us = read_number(root + "/sys/kernel/sched_rt_period_us");
  return trials;
}

}  // namespace holdfast::act
