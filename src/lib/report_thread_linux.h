// SPDX-License-Identifier: MIT
// The thread behind a field report: takes the blocks that the audio thread leaves in a ring, reads
// beside them how busy the machine is and what the audio thread used, and makes a report of it.
// Everything is read from outside: the audio thread pays for one record per block.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <semaphore>
#include <vector>

#include "base/result.h"
#include "core/field_report_builder.h"
#include "probe/memory_use_linux.h"
#include "probe/processor_use_linux.h"
#include "probe/quiet_thread_linux.h"
#include "probe/thread_use_linux.h"
#include "rt/record.h"
#include "rt/ring.h"

namespace holdfast::lib {

/// Facts about the measuring.
struct ReportThreadCounts {
  int64_t readings = 0;
  Nanos furthest_reading;  ///< The longest time between two.
  Nanos cpu;               ///< Of this thread.
};

/// One session. start() and finish() on one thread, watch() on the audio thread. Not movable.
class ReportThread {
 public:
  /// `blocks`: the audio thread's; it outlives this.
  ReportThread(Ring<Record>& blocks, SessionInfo info) : blocks_(blocks), info_(std::move(info)) {}
  ~ReportThread() { stop(); }
  ReportThread(const ReportThread&) = delete;
  ReportThread& operator=(const ReportThread&) = delete;

  /// Errors: kUnavailable when the machine's load cannot be read, kSystem without a thread.
  Result<> start();

  /// Looks at the calling thread from now on. Before its first block. Errors: kUnavailable when its
  /// counters cannot be read, kUsage when it comes too late.
  Result<> watch_caller();

  /// After the audio thread's last block: ends the thread, and makes the report. Once. Errors: as
  /// FieldReportBuilder::finish(), and kSystem when memory was short.
  Result<FieldReport> finish(EndReason reason);

  /// After finish().
  [[nodiscard]] const ReportThreadCounts& counts() const { return counts_; }
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  static void enter(void* self);
  void run();
  void stop();
  void look(bool reads_machine);
  void read_machine();
  void take_blocks(size_t count);
  void begin();

  Ring<Record>& blocks_;
  SessionInfo info_;
  std::optional<probe::MemoryUseProbe> memory_;
  std::optional<probe::ProcessorUseProbe> processors_;
  std::mutex watching_;  ///< Guards the next three, until the first block.
  std::optional<probe::ThreadUseProbe> use_;
  std::optional<Record> first_use_;
  std::optional<FieldReportBuilder> builder_;  ///< From the first block on.
  std::vector<Record> facts_;                  ///< Of one look.
  Totals totals_;
  ReportThreadCounts counts_;
  Nanos last_reading_;
  std::binary_semaphore is_over_{0};
  bool is_out_of_memory_ = false;
  probe::QuietThread thread_;
};

}  // namespace holdfast::lib
