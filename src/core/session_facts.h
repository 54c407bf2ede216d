// SPDX-License-Identifier: MIT
// All that a report shows of one run: its verdicts, and its facts over time, thinned out for a
// picture. One pass over the records; the judge in it is the only one there is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/address_space.h"
#include "core/fault_marks.h"
#include "core/judge.h"
#include "core/lateness_line.h"
#include "core/lock_planner.h"
#include "core/reading_line.h"
#include "core/residency_history.h"
#include "core/text_lines.h"
#include "core/waveform.h"

namespace holdfast {

/// A run, judged. Times are CLOCK_MONOTONIC.
struct SessionFacts {
  SessionInfo info;
  Summary summary;
  std::vector<Glitch> glitches;  ///< The first SessionCollector::kMostGlitches.
  bool has_blocks = false;
  Nanos begin;           ///< When the first block was due.
  Nanos last_due;        ///< When the last block was due.
  Nanos end;             ///< The last thing that is known of it.
  Nanos utc_minus_mono;  ///< At its end.
  LatenessLine lateness;
  ReadingLine<MemoryRecord> memory;
  ReadingLine<ProcessorsRecord> processors;
  ReadingLine<ThreadUseRecord> thread;  ///< Of the observed thread.
  ResidencyHistory residency;           ///< Of the observed process.
  FaultMarks faults;                    ///< Of the observed thread.
  std::vector<TimeSpan> pauses;         ///< The whole machine, or the process, stood still.
  std::string audio_thread;             ///< Its name; empty: not known.
  std::optional<LockPlan> lock_plan;    ///< Under the run's own limit; nothing: no fault was seen.
  std::optional<Waveform> waveform;     ///< Of the take; whoever has that file adds it.
  std::string damage;                   ///< Where and why the trace ended badly; empty: it did not.
  int64_t skipped_records = 0;          ///< Of kinds that this program does not know.
};

/// Makes SessionFacts of records. One thread.
class SessionCollector {
 public:
  static constexpr size_t kMostGlitches = 200'000;
  static constexpr size_t kMostPauses = 10'000;

  explicit SessionCollector(const SessionInfo& info);
  SessionCollector(const SessionCollector&) = delete;  // the judge calls back
  SessionCollector& operator=(const SessionCollector&) = delete;

  /// Records in the order of the trace.
  void take(std::span<const Record> records);
  /// No record follows.
  SessionFacts finish();

 private:
  void take(const Record& record);
  void take_block(const BlockRecord& record);
  void take_glitch(const Glitch& glitch);
  void note_time(int64_t mono_ns);
  [[nodiscard]] bool is_observed(uint32_t thread) const;

  SessionFacts facts_;
  Judge judge_;
  AddressSpace space_;
  TextLines lines_;
  LockPlanner planner_;
};

}  // namespace holdfast
