// SPDX-License-Identifier: MIT
#include "cmd/protect.h"

#include <string.h>
#include <time.h>

#include "act/lock.h"
#include "act/lock_budget.h"
#include "act/own_ranges.h"
#include "act/priority.h"

namespace holdfast::cmd {
namespace {

constexpr size_t kFunctionBytes = 1024;
constexpr const char* kSystemsRefusal =
    "the sound system gave it no real-time priority: put '@audio - rtprio 95' into "
    "/etc/security/limits.d/audio.conf, join the group with 'sudo usermod -aG audio $USER', log in "
    "again, and start the sound server with real-time priority";

void prioritise(pid_t thread, Priority priority, Protection& protection) {
  if (thread == 0) {
    protection.scheduling = "simulated time";
    return;
  }
  const act::SchedulingGrant grant = priority == Priority::kOurs
                                         ? act::make_realtime(thread, kAudioPriority)
                                         : act::read_scheduling(thread);
  protection.scheduling = act::to_text(grant);
  if (grant.is_realtime()) return;
  protection.limitations.push_back(
      "the audio thread runs as " + protection.scheduling + ", so others delay it; " +
      (grant.refused ? grant.refused->how_to_get_it : kSystemsRefusal));
}

std::string refusal_text(const char* whose_memory, const act::LockOutcome& outcome) {
  size_t refused_bytes = 0;
  for (const act::LockRefusal& refusal : outcome.refused) refused_bytes += refusal.range.size_bytes;
  const act::LockRefusal& first = outcome.refused.front();
  return std::to_string(refused_bytes / 1024) + " KiB of " + whose_memory + " are not locked (" +
         first.range.name + ": " + strerror(first.system_errno) +
         "); raise the lock limit: '@audio - memlock unlimited' in "
         "/etc/security/limits.d/audio.conf";
}

}  // namespace

std::vector<MemoryRange> audio_thread_code() {
  std::vector<MemoryRange> ranges = {
      act::own_realtime_text(),
      act::function_range(reinterpret_cast<const void*>(&clock_gettime), kFunctionBytes,
                          "clock_gettime"),
      act::function_range(reinterpret_cast<const void*>(&memcpy), kFunctionBytes, "memcpy"),
      act::function_range(reinterpret_cast<const void*>(&memset), kFunctionBytes, "memset")};
  // Constants that the compiler made of the marked code: without them, 216 major faults in 8 s.
  for (const MemoryRange& constants : act::own_constant_segments(act::Objects::kProgram)) {
    ranges.push_back(constants);
  }
  for (const MemoryRange& data : act::own_data_segments(act::Objects::kAll)) {
    ranges.push_back(data);
  }
  return ranges;
}

std::vector<MemoryRange> whole_program() {
  return act::own_segments(act::Objects::kProgram);
}

Protection protect(pid_t thread, std::span<const MemoryRange> ranges, Priority priority) {
  Protection protection;
  act::raise_lock_budget();
  const act::LockOutcome outcome = act::lock_ranges(ranges);
  protection.locked_bytes = static_cast<int64_t>(outcome.locked_bytes);
  if (!outcome.refused.empty()) {
    protection.limitations.push_back(refusal_text("the audio thread's memory", outcome));
  }
  prioritise(thread, priority, protection);
  return protection;
}

std::vector<std::string> protect_observer(pid_t thread, std::span<const MemoryRange> ranges) {
  std::vector<std::string> limitations;
  if (thread == 0) return limitations;
  const act::LockOutcome outcome = act::lock_ranges(ranges);
  if (!outcome.refused.empty()) {
    limitations.push_back(refusal_text("the observer's memory", outcome));
  }
  const act::SchedulingGrant grant = act::make_realtime(thread, kObserverPriority);
  if (!grant.is_realtime()) {
    limitations.push_back("the observer's thread runs as " + act::to_text(grant) +
                          ", so facts may be lost while the processors are busy");
  }
  return limitations;
}

Protection leave_unlocked(pid_t thread, Priority priority) {
  Protection protection;
  prioritise(thread, priority, protection);
  return protection;
}

}  // namespace holdfast::cmd
