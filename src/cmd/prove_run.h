// SPDX-License-Identifier: MIT
// One experiment under way: which block runs now, how hard it is pressed, what it measured, and
// whether that is enough.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "act/child_process.h"
#include "base/result.h"
#include "cmd/prove_journal.h"
#include "core/experiment_judge.h"
#include "core/load_target.h"
#include "probe/pressure_gauge_linux.h"

namespace holdfast::cmd {

/// What a block runs, and where. A block is any program that measures one arm and prints one line
/// of "holdfast.prove_block/1" on stdout.
struct ProveGround {
  std::string directory;  ///< Private; each block's output goes there.
  std::string holdfast;   ///< This program: for a thread of our own, a private copy of it.
  std::optional<act::MemoryCgroup> cgroup;
  std::optional<LoadTarget> target;  ///< What is held meanwhile; none: nothing.
  std::string page_out_every;        ///< What a block does to itself instead; empty: nothing.
};

/// The command line of a block of `arm`.
std::vector<std::string> block_command(const ProveGround& ground, const ExperimentDesign& design,
                                       LockArm arm);

/// Runs the blocks that are still missing, one after the other. One thread.
class ProveRun {
 public:
  using OnBlock = std::function<void(const BlockResult&)>;

  /// `journal` may hold the first blocks already. All three outlive this object.
  ProveRun(const ExperimentDesign& design, const ProveGround& ground, ProveJournal& journal,
           OnBlock on_block);

  /// To be called every 50 ms or so; `counts` are those of the pressed scope. False when there is
  /// nothing more to do. Errors: a block that cannot be started at all.
  Result<bool> step(const probe::PressureCounts& counts);

  /// "block 7 of 45 (plan), 12 s".
  [[nodiscard]] std::string progress() const;

  /// The verdict on all blocks so far.
  [[nodiscard]] ExperimentResult result() const { return judge_.judge(blocks_); }

  [[nodiscard]] const std::vector<BlockResult>& blocks() const { return blocks_; }

  /// Why the journal could not be written (any more); empty: it could.
  [[nodiscard]] const std::string& journal_trouble() const { return journal_trouble_; }

 private:
  Result<> start_block();
  void finish_block(bool is_overdue);
  BlockResult read_block(const PlannedBlock& planned, bool is_overdue);
  [[nodiscard]] std::optional<double> pressure() const;
  [[nodiscard]] Nanos elapsed() const;
  [[nodiscard]] bool has_failed_too_often() const;

  const ExperimentDesign& design_;
  const ProveGround& ground_;
  ProveJournal& journal_;
  OnBlock on_block_;
  ExperimentJudge judge_;
  std::vector<PlannedBlock> plan_;
  std::vector<BlockResult> blocks_;
  std::optional<act::ChildProcess> process_;
  std::string output_path_;
  Nanos begin_;
  std::vector<std::pair<Nanos, int64_t>> held_;  ///< The counter of what is held, since `begin_`.
  std::string journal_trouble_;
};

}  // namespace holdfast::cmd
