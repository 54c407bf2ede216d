// SPDX-License-Identifier: MIT
// One process of a program that is protected: which of its threads are real-time, what they need,
// what of it is locked. It finds out by taking pages away for a moment, without I/O, and looking at
// what the threads ask back; and goes on looking, so that what is needed later is locked later.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cmd/memory_route.h"
#include "cmd/page_locks.h"
#include "cmd/pushed_pages.h"
#include "cmd/realtime_thread.h"
#include "core/lock_plan.h"
#include "core/run_report.h"
#include "probe/address_space_linux.h"

namespace holdfast::cmd {

/// One process, from its begin (or its latest exec) to its end. One thread.
class ProtectedProcess {
 public:
  /// `name`: of its program. `policy` outlives it.
  ProtectedProcess(pid_t pid, const std::string& name, std::unique_ptr<MemoryRoute> route,
                   const RunPolicy& policy);

  /// Does what is to be done now; every 50 ms or so.
  void look(Nanos now);
  /// The last look at what a process has left behind that has ended.
  void finish();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool has_realtime_threads() const { return has_realtime_threads_; }
  [[nodiscard]] bool is_protected() const { return report_.is_protected; }
  [[nodiscard]] RunProcess report() const;

 private:
  void take_answers();
  void take_stack(const MemoryAnswer& answer);
  void look_at_threads(Nanos now);
  void begin_thread(const TaskStat& stat, Nanos now);
  void look_at_mappings(Nanos now);
  void look_at_faults();
  void count_fault(const SeenFault& fault);
  void advance(Nanos now);
  void advance_auto(Nanos now);
  void begin_round();
  void end_round();
  void add_returned_pages();
  void add_alongside(std::vector<PlannedLock>& locks);
  void plan_from_faults(bool is_round_over);
  void plan_from_file();
  void protect_if_done(Nanos now);
  void note(const std::string& text);

  pid_t pid_;
  const RunPolicy& policy_;
  RunPlan plan_;
  RunProcess report_;
  AddressSpace space_;
  std::optional<probe::AddressSpaceWatch> names_;
  std::vector<Mapping> mappings_;
  size_t code_mappings_ = 0;
  PageLocks locks_;
  PushedPages pushed_;
  std::vector<std::unique_ptr<RealtimeThread>> threads_;
  int rounds_left_ = 0;
  bool has_realtime_threads_ = false;
  bool is_pushed_ = false;
  bool is_stay_looked_at_ = false;
  bool has_new_faults_ = false;
  bool has_new_mappings_ = false;
  Nanos first_realtime_;
  Nanos next_step_;
};

}  // namespace holdfast::cmd
