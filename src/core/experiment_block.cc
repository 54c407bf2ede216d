// SPDX-License-Identifier: MIT
#include "core/experiment_block.h"

#include <algorithm>

#include "core/json_member.h"
#include "core/workload_text.h"

namespace holdfast {
namespace {

constexpr int64_t kMostBlocks = 6000;
constexpr int64_t kLongestBlock = kSecond.count * 86'400;

bool is_schema(std::string_view line, std::string_view schema) {
  return line.rfind("{\"schema\":\"" + std::string(schema) + "\"", 0) == 0 && line.back() == '}';
}

Error not_a(const std::string& what) {
  return {ErrorKind::kUsage, 0, "not " + what + " of holdfast prove"};
}

/// Within [least, most], or nothing.
std::optional<int64_t> bounded(std::string_view line, std::string_view name, int64_t least,
                               int64_t most) {
  const auto value = integer_member(line, name);
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

int64_t count(std::string_view line, std::string_view name) {
  return std::max<int64_t>(0, integer_member(line, name).value_or(0));
}

}  // namespace

Result<BlockResult> parse_block(std::string_view line) {
  const auto index = bounded(line, "index", 0, kMostBlocks);
  const auto round = bounded(line, "round", 0, kMostBlocks);
  const auto arm = bounded(line, "arm_index", 0, kMostBlocks);
  const auto seconds = number_member(line, "seconds");
  const bool is_whole = index && round && arm && seconds && *seconds >= 0;
  if (!is_schema(line, "holdfast.prove_block/1") || !is_whole) return not_a("a block");
  BlockResult block;
  block.index = static_cast<int>(*index);
  block.round = static_cast<int>(*round);
  block.arm = static_cast<int>(*arm);
  block.seconds = *seconds;
  block.glitches = count(line, "glitches");
  block.page_fault_glitches = count(line, "page_fault_glitches");
  block.episodes = count(line, "episodes");
  block.page_fault_episodes = count(line, "page_fault_episodes");
  block.missing_frames = count(line, "missing_frames");
  block.major_faults = count(line, "own_major_faults");
  block.minor_faults = count(line, "own_minor_faults");
  block.locked_bytes = count(line, "locked_bytes");
  block.lost_facts = count(line, "lost_facts");
  block.pressure = number_member(line, "pressure");
  block.trouble = text_member(line, "trouble").value_or("");
  block.limitation = text_member(line, "limitation").value_or("");
  return block;
}

Result<ExperimentDesign> parse_design(std::string_view line) {
  ExperimentDesign design;
  const auto rounds = bounded(line, "rounds", 1, kMostBlocks);
  const auto block = bounded(line, "block_ns", 1, kLongestBlock);
  const auto washout = bounded(line, "washout_ns", 0, kLongestBlock);
  const auto frames = bounded(line, "block_frames", 1, 8192);
  const auto rate = bounded(line, "rate_hz", 1, 1'000'000);
  const auto seed = bounded(line, "seed", 0, INT64_MAX);
  const bool is_whole = rounds && block && washout && frames && rate && seed;
  if (!is_schema(line, "holdfast.prove_design/1") || !is_whole) return not_a("an experiment");
  HF_TRY_ASSIGN(design.arms, parse_arms(text_member(line, "arms").value_or("")));
  design.seed = static_cast<uint64_t>(*seed);
  design.rounds = static_cast<int>(*rounds);
  design.block = Nanos(*block);
  design.washout = Nanos(*washout);
  design.block_frames = *frames;
  design.rate_hz = *rate;
  design.device = text_member(line, "device").value_or("");
  design.workload = text_member(line, "workload").value_or("");
  design.pressure = text_member(line, "pressure").value_or("");
  design.program = texts_member(line, "program");
  design.thread = text_member(line, "thread").value_or("");
  HF_TRY(parse_workload(design.workload));
  return design;
}

Result<ExperimentJournal> parse_journal(std::string_view text) {
  ExperimentJournal journal;
  std::vector<PlannedBlock> plan;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) break;  // cut off: its writer was killed
    const std::string_view line = text.substr(begin, end - begin);
    if (begin == 0) {
      HF_TRY_ASSIGN(journal.design, parse_design(line));
      plan = plan_blocks(journal.design);
    } else {
      HF_TRY_ASSIGN(BlockResult block, parse_block(line));
      const size_t index = journal.blocks.size();
      const bool is_next = index < plan.size() && block.index == plan[index].index &&
                           block.round == plan[index].round && block.arm == plan[index].arm;
      if (!is_next) {
        return usage_error("block " + std::to_string(index + 1) + " does not follow the plan");
      }
      journal.blocks.push_back(std::move(block));
    }
    begin = end + 1;
    journal.size_bytes = begin;
  }
  if (journal.size_bytes == 0) return not_a("a journal");
  return journal;
}

}  // namespace holdfast
