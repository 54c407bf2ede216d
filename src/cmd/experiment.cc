// SPDX-License-Identifier: MIT
#include "cmd/experiment.h"

#include <filesystem>

#include "cmd/exit.h"
#include "cmd/load_run.h"
#include "cmd/prove_run.h"
#include "cmd/result_file.h"
#include "probe/clock_linux.h"
#include "report/experiment_page.h"
#include "report/prove_json.h"
#include "report/prove_text.h"

namespace holdfast::cmd {
namespace {

/// Of the cgroup: left to what is measured.
constexpr int64_t kRoomBytes = int64_t{64} << 20;

/// Presses as `holdfast load` does, and lets the blocks run beside it.
Result<> press(const ProveStage& stage, ProveRun& run, Output& output) {
  LoadWishes wishes;
  wishes.room_bytes = kRoomBytes;
  HF_TRY_ASSIGN(const LoadPlan plan,
                plan_load(stage.ground.target->goal, stage.scope->ground, wishes));
  const Nanos first_block = probe::monotonic_now() + kPressureSettles;
  LoadRunOptions load;
  load.stairs = {*stage.ground.target};
  load.on_sample = [](const LoadSample&) {};
  load.on_step = [](const LoadStep&) {};
  load.beside = [&](const probe::PressureCounts& counts) -> Result<bool> {
    const bool is_settling = counts.time < first_block;
    output.progress(is_settling ? "pressing" : run.progress());
    return is_settling ? Result<bool>(true) : run.step(counts);
  };
  HF_TRY_ASSIGN(const LoadRunEnd end, run_load(*stage.scope, plan, load));
  for (const std::string& note : end.notes) output.advice("limited: " + note + "\n");
  return Done{};
}

/// No load: the blocks alone.
Result<> wait_for(ProveRun& run, Output& output) {
  constexpr int kPollMilliseconds = 50;
  while (!stop_requested()) {
    HF_TRY_ASSIGN(const bool goes_on, run.step({probe::monotonic_now()}));
    if (!goes_on) break;
    output.progress(run.progress());
    wait_for_stop(kPollMilliseconds);
  }
  return Done{};
}

int verdict_code(const ExperimentResult& result) {
  if (result.verdict == ExperimentVerdict::kNotValid) return kNotTrustworthy;
  const bool is_same = is_same_throughout(result.design.arms);
  const bool holds = is_same ? result.verdict == ExperimentVerdict::kNoDifference ||
                                   result.verdict == ExperimentVerdict::kNoGlitches
                             : result.verdict == ExperimentVerdict::kRemoves;
  return holds ? kHolds : kGlitches;
}

/// One line per block, and what all blocks alike lack, once.
class BlockPrinter {
 public:
  BlockPrinter(const ExperimentDesign& design, Output& output) : design_(design), output_(output) {}

  void operator()(const BlockResult& block) {
    if (output_.is_json()) {
      output_.line(prove_block_json(design_, block));
    } else {
      output_.line(prove_block_text(design_, block));
    }
    if (block.limitation.empty() || has_told_) return;
    has_told_ = true;
    output_.advice("limited: " + block.limitation + "\n");
  }

 private:
  const ExperimentDesign& design_;
  Output& output_;
  bool has_told_ = false;
};

Result<> write_page(const ExperimentView& view, const std::string& page, Output& output) {
  HF_TRY(write_result(page, experiment_page({&view, 1})));
  std::error_code unknown;
  output.advice("report page: " + std::filesystem::absolute(page, unknown).string() + "\n");
  return Done{};
}

}  // namespace

Result<int> run_experiment(const ExperimentDesign& design, ProveStage& stage, ProveJournal& journal,
                           const std::string& page, Output& output) {
  output.advice(prove_plan_text(design));
  BlockPrinter printer(design, output);
  ProveRun run(design, stage.ground, journal, [&](const BlockResult& block) { printer(block); });
  const Result<> ended = stage.ground.target ? press(stage, run, output) : wait_for(run, output);
  output.progress("");
  if (!run.journal_trouble().empty()) {
    output.advice("limited: " + run.journal_trouble() + "; it cannot be gone on from\n");
  }
  const ExperimentResult result = run.result();
  if (output.is_json()) {
    output.line(prove_json(result));
  } else {
    output.text("\n" + prove_text(result));
  }
  if (!page.empty()) HF_TRY(write_page({result, run.blocks()}, page, output));
  if (!ended) return ended.error();
  return verdict_code(result);
}

}  // namespace holdfast::cmd
