// SPDX-License-Identifier: MIT
// What `holdfast run` has to say about a program that it protected: plain values, for people and
// for other programs to read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/quantity.h"
#include "core/lock_ledger.h"
#include "core/proc_stat.h"

namespace holdfast {

/// How orders reach the process.
enum class RunRoute : uint8_t {
  kNone,     ///< Not at all: nothing of it was locked.
  kPreload,  ///< A thread of our own in it, by LD_PRELOAD.
  kAttach,   ///< From outside, with ptrace.
};

/// "none", "preload", "attach".
std::string_view name_of(RunRoute route);

/// Page faults of one thread, as the kernel counts them.
struct FaultCounts {
  int64_t minor = 0;
  int64_t major = 0;
};

/// One real-time thread.
struct RunThread {
  int id = 0;
  std::string name;
  SchedulingPolicy policy = SchedulingPolicy::kOther;
  int priority = 0;
  FaultCounts before;    ///< Until it was protected; finding out what it needs is among it.
  FaultCounts after;     ///< From then on.
  int64_t unseen = 0;    ///< Of `after`: those whose address nobody told.
  bool is_seen = false;  ///< Its faults are seen with addresses.
};

/// Where protected threads still took faults.
struct RunFaultPlace {
  MemoryRole role = MemoryRole::kUnknown;
  std::string mapping;
  friend auto operator<=>(const RunFaultPlace&, const RunFaultPlace&) = default;
};

/// Faults in one place.
struct RunFaults {
  FaultCounts counts;
  Nanos time;  ///< As far as known.
};

/// One process with real-time threads.
struct RunProcess {
  int pid = 0;
  std::string name;
  RunRoute route = RunRoute::kNone;
  std::string plan;  ///< "auto", "all", "file": the one that was carried out.
  bool is_protected = false;
  std::vector<LedgerRow> regions;
  int64_t locked_bytes = 0;
  int64_t refused_bytes = 0;
  int64_t left_out_bytes = 0;
  int64_t kept_warm_bytes = 0;
  int64_t random_bytes = 0;
  int64_t mapped_bytes = 0;  ///< What mlockall() would be charged for.
  int64_t calls = 0;         ///< Of mlock() and the like.
  Nanos calls_time;          ///< They took, together.
  Nanos protected_after;     ///< From the first real-time thread to the end of the last lock.
  std::vector<RunThread> threads;
  std::map<RunFaultPlace, RunFaults> faults;
  std::vector<std::string> notes;  ///< What was refused or left, and what to do.
};

/// The whole run.
struct RunReport {
  std::vector<std::string> command;
  int exit_code = 0;  ///< 128 + signal when one ended it.
  std::vector<RunProcess> processes;
  int64_t other_processes = 0;  ///< Without a real-time thread.
  std::vector<std::string> notes;
};

}  // namespace holdfast
