// SPDX-License-Identifier: MIT
// From records to verdicts. The only judge there is: a live run feeds it the records that leave the
// ring, `explain` feeds it the same records from a trace, and both say the same.
#pragma once

#include <functional>
#include <span>

#include "core/address_space.h"
#include "core/attribute.h"
#include "core/glitch.h"
#include "core/graph_facts.h"
#include "core/page_costs.h"
#include "core/session_info.h"
#include "core/text_lines.h"
#include "core/thread_facts.h"
#include "rt/record.h"
#include "rt/timeline.h"

namespace holdfast {

/// Takes records in the order in which they were written. Memory does not grow with the run.
class Judge {
 public:
  using OnGlitch = std::function<void(const Glitch&)>;

  /// `on_glitch` is called once per glitch, when nothing that follows can change it any more.
  Judge(const SessionInfo& info, OnGlitch on_glitch);

  void take(std::span<const Record> records);

  /// No record follows: the last open gap becomes final.
  void finish();

  /// Of all records taken so far.
  [[nodiscard]] const Summary& summary() const { return summary_; }

 private:
  void take_block(const BlockRecord& record);
  void take_dropped(const DroppedRecord& record);
  void take_text(const Record& record);
  void emit(const Gap& gap);
  void forget();
  void refresh();

  OnGlitch on_glitch_;
  Timeline timeline_;
  Summary summary_;
  ObservedThread observed_;
  ThreadFacts facts_;
  TextLines lines_;
  AddressSpace space_;
  GraphFacts graph_;
  PageCosts page_costs_;
  int64_t utc_minus_mono_ns_;
  Nanos last_glitch_end_;
  int64_t listed_ = 0;
  int64_t told_losses_ = 0;  ///< By the probes.
};

}  // namespace holdfast
