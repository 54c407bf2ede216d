// SPDX-License-Identifier: MIT
// What `watch` and RTThreadSwapped say about memory, for people: the table of regions, the map of
// pages, one line for each change, the summary. residency_json.h is its counterpart for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "core/proc_status.h"
#include "core/regions.h"
#include "core/residency.h"
#include "core/residency_changes.h"
#include "core/seen_faults.h"
#include "core/thread_choice.h"

namespace holdfast {

/// One line of the table.
struct RegionRow {
  RegionKind kind = RegionKind::kAnonymous;
  std::string name;
  uintptr_t begin = 0;
  size_t size_bytes = 0;
  PageCounts pages;
  std::optional<size_t> locked_bytes;  ///< Nothing when it could not be read.
  bool is_extent_exact = true;
  bool is_watched = true;  ///< False when it is too large to be looked at again and again.
};

/// What happened altogether.
struct ResidencySummary {
  int64_t polls = 0;
  Nanos watched;
  size_t left_pages = 0;
  size_t unmapped_pages = 0;
  size_t returned_pages = 0;
  size_t pages_out = 0;                 ///< Still out at the end.
  std::optional<Nanos> longest_away;    ///< Upper bound, of pages that came back.
  std::optional<int64_t> minor_faults;  ///< Of the thread, while watched.
  std::optional<int64_t> major_faults;
  std::optional<FaultTotals> seen_faults;  ///< One by one; nothing when that was not possible.
  bool has_process_ended = false;

  /// Adds one change to the counts.
  void add(const ResidencyChange& change);
};

/// "swapped", "not resident", ...
std::string_view name_of(PageState state);

/// The same rows with what matters less joined into one row per kind: constants and data of
/// libraries, other files, shared memory.
std::vector<RegionRow> join_minor_rows(const std::vector<RegionRow>& rows);

/// Two lines: the thread with the reason why it was chosen, and the memory of its process.
std::string thread_text(int pid, const ProcessStatus& process, const ThreadChoice& choice);

/// Several lines: a heading, one line per row, then what marks in it mean.
std::string residency_table(const std::vector<RegionRow>& rows);

/// 64 pages a line, one character each, with the address of the line's first page.
std::string page_map(const Region& region, std::span<const PageState> pages, size_t page_bytes);
/// What the characters of page_map() mean.
std::string page_map_legend();

/// One line for each thing that happened: "12:34:56.789012 UTC stack of audio: 2 of 5 pages left
/// memory (7f0012345000: swapped)". `when` is event.utc in the form that suits the program.
std::string change_text(const ResidencyEvent& event, const std::string& when);

/// Several lines.
std::string summary_text(const ResidencySummary& summary);

}  // namespace holdfast
