// SPDX-License-Identifier: MIT
// Every parser of text: files of /proc and of cgroups, the front of a trace, options that people
// type. All get the same bytes; none may crash, and what reads back must read back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "audio/virtual_options.h"
#include "base/duration.h"
#include "core/address_space.h"
#include "core/audio_check.h"
#include "core/byte_size.h"
#include "core/cgroup_memory.h"
#include "core/eviction_choice.h"
#include "core/experiment_block.h"
#include "core/kernel_log.h"
#include "core/kernel_text.h"
#include "core/limit_rules.h"
#include "core/load_target.h"
#include "core/machine_check.h"
#include "core/machine_line.h"
#include "core/memory_cgroup_place.h"
#include "core/memory_check.h"
#include "core/memory_stalls.h"
#include "core/proc_limits.h"
#include "core/proc_maps.h"
#include "core/proc_schedstat.h"
#include "core/proc_smaps.h"
#include "core/proc_stat.h"
#include "core/proc_status.h"
#include "core/proc_syscall.h"
#include "core/proc_vmstat.h"
#include "core/processor_times.h"
#include "core/program_file.h"
#include "core/queue_ledger.h"
#include "core/queued_report.h"
#include "core/reclaim_counts.h"
#include "core/reporter_settings.h"
#include "core/row_binary.h"
#include "core/saved_plan.h"
#include "core/session_info.h"
#include "core/swap_areas.h"
#include "core/symbol_name.h"
#include "core/text_lines.h"
#include "core/undo_journal.h"
#include "core/upload_reply.h"
#include "core/utc_moment.h"
#include "core/workload_text.h"

namespace holdfast {
namespace {

/// Ends the run as a crash would.
void require(bool holds) {
  if (!holds) std::abort();
}

void parse_kernel_text(std::string_view text) {
  static_cast<void>(parse_proc_maps(text));
  static_cast<void>(parse_locked_mappings(text));
  static_cast<void>(parse_proc_stat(text));
  static_cast<void>(parse_proc_status(text));
  static_cast<void>(parse_journal(text));
  static_cast<void>(parse_block(text));
  static_cast<void>(parse_arms(text));
  static_cast<void>(parse_workload(text));
  static_cast<void>(parse_named_target(text));
  static_cast<void>(parse_proc_syscall(text));
  static_cast<void>(parse_stack_limit(text));
  static_cast<void>(parse_cgroup_memory(text));
  static_cast<void>(parse_proc_schedstat(text));
  static_cast<void>(parse_memory_stalls(text));
  static_cast<void>(parse_proc_vmstat(text, 4096));
  static_cast<void>(parse_processor_times(text));
  static_cast<void>(parse_reclaim_counts(text));
  static_cast<void>(parse_kernel_message(text));
  static_cast<void>(parse_utc(text));
  static_cast<void>(limit_rules(text, false));
  const size_t half = text.size() / 2;
  static_cast<void>(parse_memory_cgroup_place(text.substr(0, half), text.substr(half)));
  static_cast<void>(parse_unified_cgroup(text.substr(0, half), text.substr(half)));
}

/// What `holdfast doctor` reads.
void parse_setups(std::string_view text) {
  require(count_sound_cards(text) >= 0);
  static_cast<void>(parse_shared_interrupts(text));
  static_cast<void>(judge_preemption({text, text, text, text}));
  if (const auto percent = parse_stall_average(text)) require(*percent >= 0);
  if (const auto choice = parse_choice(text)) require(!choice->empty());
  if (const auto areas = parse_swap_areas(text)) {
    for (const SwapArea& area : *areas) require(area.size_bytes >= 0 && area.used_bytes >= 0);
  }
}

void parse_own_text(std::string_view text) {
  static_cast<void>(parse_undo_journal(text));
  static_cast<void>(parse_program_file(std::as_bytes(std::span(text))));
  if (const auto plan = parse_saved_plan(text)) {
    for (const PlannedLock& lock : *plan) require(lock.size_bytes > 0);
  }
  static_cast<void>(parse_byte_size(text));
  for (const LoadGoal goal : {LoadGoal::kStallsSome, LoadGoal::kSwapOut, LoadGoal::kRefaults}) {
    if (const auto target = parse_load_target(goal, text)) require(target->value > 0);
  }
  const std::string word(text);
  if (const auto wish = parse_eviction_wish({word}, "")) {
    require(!choose_evicted({}, *wish, 4096));  // nothing is mapped there
  }
  if (const auto duration = parse_duration(text)) {
    require(*parse_duration(to_text(*duration)) == *duration);
  }
  if (const auto info = parse_session_info(text)) {
    require(*parse_session_info(to_text(*info)) == *info);
  }
  if (const auto options = audio::parse_virtual_options(text)) {
    const std::string again = to_text(*options).substr(std::string_view("virtual").size());
    require(*audio::parse_virtual_options(again) == *options);
  }
}

/// What the reporter of field reports keeps on disk, and what collectors answer.
void parse_reporter_text(std::string_view text) {
  const ReporterSettings settings = parse_reporter_settings(text);
  require(parse_reporter_settings(to_text(settings)).consent == settings.consent);
  require(parse_reporter_settings(to_text(settings)).pending == settings.pending);
  if (const auto report = parse_queued_name(text)) {
    require(parse_queued_name(file_name_of(*report)) == *report);
  }
  const QueueLedger ledger = parse_queue_ledger(text);
  require(parse_queue_ledger(folded_text(ledger)).count() == ledger.count());
  const UploadPause pause = parse_upload_pause(text);
  require(parse_upload_pause(to_text(pause)) == pause);
  for (const auto& [id, reply] : parse_upload_reply(text).reports) require(reply.why.size() <= 200);
  const MachineLine machine = parse_machine_line(text);
  require(machine.processors >= 0 && machine.memory_bytes >= 0);
}

/// A line that a trace can hold reads back the same, and a longer one not at all.
void cut_and_join(std::string_view text) {
  TextLines lines;
  std::string whole;
  for (const Record& record : to_text_records(text, Nanos(1))) {
    if (const auto line = lines.take(record)) whole = *line;
  }
  const bool is_kept = text.size() <= kLongestTextLine;
  require(lines.dropped() == (is_kept ? 0 : 1) && whole.size() == (is_kept ? text.size() : 0));
}

void parse_names(std::string_view text) {
  cut_and_join(text);
  require(without_parameters(text).size() <= text.size());
  require(in_one_line(text).find('\n') == std::string::npos);
  AddressSpace space;
  for (TextReader lines(text); !lines.is_at_end();) space.take_line(lines.take_line());
  for (const uint64_t address : {uint64_t{0}, uint64_t{0x7040}, UINT64_MAX}) {
    const PageOwner owner = space.owner_of(address, 21);
    require(owner.role != MemoryRole::kUnknown || owner == PageOwner() ||
            space.has_symbol(address));
  }
}

/// An answer of a server, which may be anything.
void parse_rows(std::string_view bytes) {
  RowBinaryReader rows(bytes);
  size_t taken = 0;
  while (rows.has_more()) {
    rows.number();
    taken += rows.text().size();
  }
  require(taken <= bytes.size());
}

}  // namespace
}  // namespace holdfast

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  holdfast::parse_kernel_text(text);
  holdfast::parse_setups(text);
  holdfast::parse_own_text(text);
  holdfast::parse_reporter_text(text);
  holdfast::parse_names(text);
  holdfast::parse_rows(text);
  return 0;
}
