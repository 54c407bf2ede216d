// SPDX-License-Identifier: MIT
#include "cmd/prove_run.h"

#include <unistd.h>

#include <algorithm>

#include "act/small_file.h"
#include "base/duration.h"
#include "probe/clock_linux.h"

namespace holdfast::cmd {
namespace {

constexpr size_t kOutputBytes = 65536;
/// Beyond washout and block: to start under pressure, and to judge.
constexpr Nanos kGrace = kSecond * 60;
/// Blocks in a row that failed: then the next one will, too.
constexpr size_t kMostFailures = 4;
/// What is held is known as a counter; shares are in nanoseconds per second.
constexpr double kNanosecondsPerSecond = 1e9;

int64_t counter_of(const LoadTarget& target, const probe::PressureCounts& counts) {
  switch (target.goal) {
    case LoadGoal::kSwapOut:
      return counts.swapped_out_bytes;
    case LoadGoal::kRefaults:
      return counts.refaults;
    case LoadGoal::kStallsFull:
      return counts.stalled_full_ns;
    default:  // also for what is no rate: the stalls say how hard it was
      return counts.stalled_some_ns;
  }
}

bool is_share(LoadGoal goal) {
  return goal != LoadGoal::kSwapOut && goal != LoadGoal::kRefaults;
}

/// The last line that is a block, or nothing.
std::optional<BlockResult> last_block(const std::string& output) {
  const size_t begin = output.rfind("{\"schema\":\"holdfast.prove_block/1\"");
  if (begin == std::string::npos) return std::nullopt;
  const size_t end = output.find('\n', begin);
  if (end == std::string::npos) return std::nullopt;
  auto block = parse_block(std::string_view(output).substr(begin, end - begin));
  if (!block) return std::nullopt;
  return std::move(*block);
}

std::string last_words(std::string output) {
  while (!output.empty() && output.back() == '\n') output.pop_back();
  const size_t line = output.rfind('\n');
  if (line != std::string::npos) output.erase(0, line + 1);
  return output.empty() ? "" : ": " + output.substr(0, 300);
}

}  // namespace

std::vector<std::string> block_command(const ProveGround& ground, const ExperimentDesign& design,
                                       LockArm arm) {
  const bool is_own = design.program.empty();
  std::vector<std::string> command = {ground.holdfast, is_own ? "prove-block" : "prove-program",
                                      "--arm",         std::string(name_of(arm)),
                                      "--for",         to_text(design.block),
                                      "--washout",     to_text(design.washout),
                                      "--frames",      std::to_string(design.block_frames),
                                      "--rate",        std::to_string(design.rate_hz)};
  const auto add = [&](const std::string& option, const std::string& word) {
    if (!word.empty()) command.insert(command.end(), {option, word});
  };
  if (is_own) {
    add("--device", design.device);
    add("--workload", design.workload);
    add("--page-out", ground.page_out_every);
    return command;
  }
  add("--directory", ground.directory);
  add("--thread", design.thread);
  command.push_back("--");
  command.insert(command.end(), design.program.begin(), design.program.end());
  return command;
}

ProveRun::ProveRun(const ExperimentDesign& design, const ProveGround& ground, ProveJournal& journal,
                   OnBlock on_block)
    : design_(design),
      ground_(ground),
      journal_(journal),
      on_block_(std::move(on_block)),
      judge_(design),
      plan_(plan_blocks(design)) {
  if (journal.found()) blocks_ = journal.found()->blocks;
}

Result<bool> ProveRun::step(const probe::PressureCounts& counts) {
  if (process_) {
    if (ground_.target) held_.emplace_back(counts.time, counter_of(*ground_.target, counts));
    const bool is_overdue = elapsed() > design_.washout + design_.block + kGrace;
    if (process_->is_running() && !is_overdue) return true;
    finish_block(is_overdue);
  }
  const bool is_whole_round = blocks_.size() % design_.arms.size() == 0;
  const bool is_over = blocks_.size() == plan_.size() || has_failed_too_often() ||
                       (is_whole_round && !blocks_.empty() && judge_.look(blocks_).is_decided);
  if (is_over) return false;
  HF_TRY(start_block());
  return true;
}

Result<> ProveRun::start_block() {
  const PlannedBlock& planned = plan_[blocks_.size()];
  output_path_ = ground_.directory + "/block-" + std::to_string(planned.index);
  act::ChildOptions options;
  const LockArm arm = design_.arms[static_cast<size_t>(planned.arm)];
  options.command = block_command(ground_, design_, arm);
  if (design_.program.empty()) options.library_path = ground_.directory;
  options.output_path = output_path_;
  options.cgroup = ground_.cgroup;
  // Not in the cgroup that is asked for stalls, where that is another one: what an unlocked thread
  // waits is what is measured, and would look like pressure. (In version 2 they are the same.)
  options.processor = 0;  // those that press turn their rings on the second one
  held_.clear();
  begin_ = probe::monotonic_now();
  HF_TRY_ASSIGN(act::ChildProcess process, act::ChildProcess::start(options));
  process_.emplace(std::move(process));
  return Done{};
}

void ProveRun::finish_block(bool is_overdue) {
  BlockResult block = read_block(plan_[blocks_.size()], is_overdue);
  process_.reset();
  unlink(output_path_.c_str());
  blocks_.push_back(block);
  if (journal_trouble_.empty()) {
    if (const auto kept = journal_.add(design_, block); !kept) journal_trouble_ = kept.error().what;
  }
  on_block_(block);
}

BlockResult ProveRun::read_block(const PlannedBlock& planned, bool is_overdue) {
  const auto output = act::read_end_of_file(output_path_, kOutputBytes);
  auto found = output ? last_block(*output) : std::nullopt;
  BlockResult block = found.value_or(BlockResult{});
  block.index = planned.index;
  block.round = planned.round;
  block.arm = planned.arm;
  if (is_overdue) {
    block.trouble = "it did not end in time";
  } else if (process_->exit_code() != 0 || !found) {
    block.trouble = "it ended with exit code " + std::to_string(process_->exit_code()) +
                    last_words(output ? *output : "");
  }
  if (ground_.target) block.pressure = pressure();
  return block;
}

/// Of the counted time, which is the last part of the block.
std::optional<double> ProveRun::pressure() const {
  if (held_.size() < 2 || held_.back().second < 0) return std::nullopt;
  const Nanos from = held_.back().first - design_.block;
  const auto begin = std::find_if(held_.begin(), held_.end() - 2,
                                  [&](const auto& reading) { return reading.first >= from; });
  const double seconds =
      static_cast<double>((held_.back().first - begin->first).count) / kNanosecondsPerSecond;
  const double rate = static_cast<double>(held_.back().second - begin->second) / seconds;
  return is_share(ground_.target->goal) ? rate / kNanosecondsPerSecond : rate;
}

Nanos ProveRun::elapsed() const {
  return probe::monotonic_now() - begin_;
}

bool ProveRun::has_failed_too_often() const {
  if (blocks_.size() < kMostFailures) return false;
  return std::all_of(blocks_.end() - kMostFailures, blocks_.end(),
                     [](const BlockResult& block) { return !block.trouble.empty(); });
}

std::string ProveRun::progress() const {
  if (blocks_.size() == plan_.size()) return "";
  const PlannedBlock& planned = plan_[blocks_.size()];
  const std::string_view arm = name_of(design_.arms[static_cast<size_t>(planned.arm)]);
  return "block " + std::to_string(planned.index + 1) + " of " + std::to_string(plan_.size()) +
         " (" + std::string(arm) + "), " + std::to_string(elapsed().count / kSecond.count) + " s";
}

}  // namespace holdfast::cmd
