// SPDX-License-Identifier: MIT
// One real-time thread of a program that is protected: the page faults it takes, where they can be
// seen, and how many, from the first look on.
#pragma once

#include <optional>
#include <vector>

#include "core/address_space.h"
#include "core/run_report.h"
#include "core/seen_faults.h"
#include "core/working_set.h"
#include "probe/thread_events_linux.h"

namespace holdfast::cmd {

/// Looks from its construction on. One thread calls, never the observed one.
class RealtimeThread {
 public:
  explicit RealtimeThread(const TaskStat& stat);

  [[nodiscard]] int id() const { return report_.id; }
  [[nodiscard]] bool sees_faults() const { return events_.has_value(); }
  /// Why not, and how to get it.
  [[nodiscard]] const std::string& blindness() const { return blindness_; }
  [[nodiscard]] const WorkingSet& pages() const { return pages_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  void end() { has_ended_ = true; }

  /// Counts as of now.
  void note(const TaskStat& stat);
  /// Faults since the last look, with the owners that `space` knows; they are in pages() then.
  void look(const AddressSpace& space, std::vector<SeenFault>& faults);
  /// A page of which only is known that somebody in the process asked for it.
  void add_page(uint64_t address, const AddressSpace& space);

  /// Faults that nobody told the address of, since the last call.
  int64_t take_unseen();

  /// From here on, faults count as those of a protected thread.
  void protect();
  [[nodiscard]] bool is_protected() const { return is_protected_; }

  [[nodiscard]] const RunThread& report() const { return report_; }

 private:
  RunThread report_;
  std::optional<probe::ThreadEvents> events_;
  std::string blindness_;
  WorkingSet pages_;
  std::vector<Record> records_;
  FaultCounts counts_;
  int64_t seen_ = 0;
  int64_t told_ = 0;  ///< Of counts_, as of the last take_unseen().
  bool is_protected_ = false;
  bool has_ended_ = false;
};

}  // namespace holdfast::cmd
