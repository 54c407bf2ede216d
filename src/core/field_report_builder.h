// SPDX-License-Identifier: MIT
// From the records of a trace to a field report. The verdicts are those of the one judge there is;
// what is added is how much time went by at which load, since a glitch at high load says nothing
// as long as nobody tells how often the load was high.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/field_report.h"
#include "core/judge.h"
#include "core/load_history.h"
#include "core/machine_line.h"
#include "core/session_info.h"
#include "rt/record.h"

namespace holdfast {

/// Takes the records of one session in the order in which they were written. Not movable: the judge
/// inside calls back. Memory: 32 bytes per second of the session.
class FieldReportBuilder {
 public:
  explicit FieldReportBuilder(const SessionInfo& info);
  FieldReportBuilder(const FieldReportBuilder&) = delete;
  FieldReportBuilder& operator=(const FieldReportBuilder&) = delete;

  void take(std::span<const Record> records);

  /// No record follows: the report, without id, app, install, consent and weight, which are not in
  /// the trace. Errors: kBadData when the trace has no block, or no reading of the machine's load
  /// (simulated time, --observe none): it could not be compared with others.
  Result<FieldReport> finish();

  /// The session went on for more than a day; the report is about its first day.
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  /// First and last value of a counter.
  struct Counter {
    int64_t first = -1;
    int64_t last = -1;
    void add(int64_t value);
    [[nodiscard]] int64_t rise() const;
  };
  struct Pause {
    Nanos begin;
    Nanos end;
  };

  void take_one(const Record& record);
  void take_block(const BlockRecord& record);
  void take_memory(const MemoryRecord& record);
  void take_use(const ThreadUseRecord& record);
  void take_pause(const PauseRecord& record);
  void take_glitch(const Glitch& glitch);
  void count_glitches(Nanos at, int64_t glitches);
  [[nodiscard]] int64_t second_of(Nanos at) const;
  [[nodiscard]] Nanos end() const { return last_due_; }
  [[nodiscard]] Nanos suspended_within(Nanos from, Nanos to) const;
  [[nodiscard]] FieldSession session() const;
  [[nodiscard]] FieldExposure exposure() const;
  [[nodiscard]] FieldFaults faults() const;
  [[nodiscard]] std::vector<ExposureCell> cells(int64_t seconds) const;
  [[nodiscard]] GlitchHistory history(int64_t second) const;

  SessionInfo info_;
  MachineLine machine_;
  Judge judge_;
  LoadHistory load_;
  std::optional<Nanos> begin_;  ///< When the first frame was captured.
  Nanos last_due_;
  bool is_cut_ = false;
  std::optional<int64_t> end_reason_;
  int64_t late_callbacks_ = 0;
  int64_t gap_us_max_ = 0;
  int64_t gap_us_sum_ = 0;
  int64_t glitches_ = 0;
  std::vector<FieldGlitch> listed_;
  std::map<int64_t, int64_t> glitches_of_second_;
  std::vector<Pause> pauses_;
  bool has_own_faults_ = false;  ///< Since the first block, which readings are not.
  Counter major_;
  Counter minor_;
  Counter swapped_in_;
  Counter swapped_out_;
  Counter stalled_;
};

}  // namespace holdfast
