// SPDX-License-Identifier: MIT
#include "report/residency_text.h"

#include <algorithm>

#include "base/format.h"
#include "report/duration_text.h"

namespace holdfast {
namespace {

constexpr size_t kPagesPerLine = 64;
constexpr char kMapCharacters[kPageStates + 1] = "#s+.?SX";

std::string pages_text(size_t count) {
  return std::to_string(count) + (count == 1 ? " page" : " pages");
}

template <class Bytes>
std::string kib_text(std::optional<Bytes> size_bytes) {
  return size_bytes ? std::to_string(*size_bytes / 1024) : "unknown";
}

/// What a joined row is called; empty for kinds whose regions stand alone.
std::string_view joined_name(RegionKind kind) {
  switch (kind) {
    case RegionKind::kLibraryConstants:
      return "constants of libraries";
    case RegionKind::kLibraryData:
      return "data of libraries";
    case RegionKind::kSharedMemory:
      return "shared memory";
    case RegionKind::kFile:
      return "other files";
    default:
      return "";
  }
}

void join(RegionRow& into, const RegionRow& row) {
  into.size_bytes += row.size_bytes;
  for (size_t i = 0; i < kPageStates; ++i) into.pages.by_state[i] += row.pages.by_state[i];
  if (into.locked_bytes && row.locked_bytes) *into.locked_bytes += *row.locked_bytes;
  into.is_watched = into.is_watched && row.is_watched;
}

std::string shown_name(const RegionRow& row) {
  return row.name + (row.is_extent_exact ? "" : " ~") + (row.is_watched ? "" : " *");
}

std::string heading_text(size_t name_width) {
  return format("%-*s %9s %8s %8s %8s %8s %8s %9s %8s %10s\n", static_cast<int>(name_width),
                "region", "KiB", "pages", "resident", "cached", "swapped", "on disk", "untouched",
                "unknown", "locked KiB");
}

std::string row_text(const RegionRow& row, size_t name_width) {
  const PageCounts& pages = row.pages;
  return format("%-*s %9zu %8zu %8zu %8zu %8zu %8zu %9zu %8zu %10s\n", static_cast<int>(name_width),
                shown_name(row).c_str(), row.size_bytes / 1024, pages.total(),
                pages.of(PageState::kResident),
                pages.of(PageState::kSwapCache) + pages.of(PageState::kPageCache),
                pages.of(PageState::kSwapped), pages.of(PageState::kNotResident),
                pages.of(PageState::kUntouched), pages.of(PageState::kUnknown),
                kib_text(row.locked_bytes).c_str());
}

std::string marks_text(const std::vector<RegionRow>& rows) {
  const auto any = [&rows](auto claim) { return std::any_of(rows.begin(), rows.end(), claim); };
  std::string text;
  if (any([](const RegionRow& row) { return !row.is_extent_exact; })) {
    text +=
        "~ the upper end is estimated: the kernel shows this stack together with what lies above\n";
  }
  if (any([](const RegionRow& row) { return !row.is_watched; })) {
    text +=
        "* shown once, not watched: too many pages for this interval; --every 1s watches more\n";
  }
  return text;
}

/// "swapped", or "2 swapped, 1 not resident".
std::string states_text(const PageCounts& pages) {
  std::string text;
  for (size_t i = 0; i < kPageStates; ++i) {
    const size_t count = pages.by_state[i];
    std::string name(name_of(static_cast<PageState>(i)));
    if (count != 0 && count == pages.total()) return name;
    if (count != 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
  }
  return text;
}

std::string away_text(const AwayTime& away) {
  return "after " + duration_text(away.at_least) + " to " + duration_text(away.at_most);
}

std::string address_text(uintptr_t address) {
  return format("%llx", static_cast<unsigned long long>(address));
}

std::string faults_text(const ResidencySummary& summary) {
  if (!summary.major_faults || !summary.minor_faults) return "the thread's own faults: unknown\n";
  return format("the thread itself took %lld major and %lld minor faults meanwhile%s\n",
                static_cast<long long>(*summary.major_faults),
                static_cast<long long>(*summary.minor_faults),
                *summary.major_faults > 0 && summary.left_pages == 0
                    ? ": pages that left and came back between two looks"
                    : "");
}

std::string seen_faults_text(const ResidencySummary& summary) {
  if (!summary.seen_faults) return "";
  const FaultTotals& seen = *summary.seen_faults;
  std::string text = format("page faults seen one by one: %lld, %lld of them major, %s in all\n",
                            static_cast<long long>(seen.faults), static_cast<long long>(seen.major),
                            duration_text(seen.time).c_str());
  if (seen.lost_facts == 0) return text;
  return text + format("%lld faults and switches were lost: no room for them between two looks\n",
                       static_cast<long long>(seen.lost_facts));
}

}  // namespace

void ResidencySummary::add(const ResidencyChange& change) {
  left_pages += change.left.total();
  unmapped_pages += change.unmapped.total();
  returned_pages += change.returned;
  if (change.returned > 0) {
    longest_away = std::max(longest_away.value_or(Nanos(0)), change.longest_away.at_most);
  }
}

std::string_view name_of(PageState state) {
  switch (state) {
    case PageState::kResident:
      return "resident";
    case PageState::kSwapCache:
      return "in the swap cache";
    case PageState::kPageCache:
      return "in the page cache";
    case PageState::kUntouched:
      return "never used";
    case PageState::kUnknown:
      return "unmapped, the rest unknown";
    case PageState::kSwapped:
      return "swapped";
    case PageState::kNotResident:
      return "not resident";
  }
  return "?";
}

std::string thread_text(int pid, const ProcessStatus& process, const ThreadChoice& choice) {
  const TaskStat& thread = choice.thread;
  std::string text =
      format("thread %d \"%s\" of process %d \"%s\": %s", thread.id, thread.name.c_str(), pid,
             process.name.c_str(), to_text(thread.policy).c_str());
  if (thread.rt_priority > 0) text += " " + std::to_string(thread.rt_priority);
  return text + " (" + choice.reason + ")\n" +
         format("the process: %s KiB resident, %s KiB swapped, %s KiB locked\n",
                kib_text(process.resident_bytes).c_str(), kib_text(process.swapped_bytes).c_str(),
                kib_text(process.locked_bytes).c_str());
}

std::vector<RegionRow> join_minor_rows(const std::vector<RegionRow>& rows) {
  std::vector<RegionRow> joined;
  for (const RegionRow& row : rows) {
    const std::string_view name = joined_name(row.kind);
    if (!name.empty() && !joined.empty() && joined.back().kind == row.kind) {
      join(joined.back(), row);
      continue;
    }
    joined.push_back(row);
    if (!name.empty()) joined.back().name = name;
  }
  return joined;
}

std::string residency_table(const std::vector<RegionRow>& rows) {
  size_t name_width = std::string_view("region").size();
  for (const RegionRow& row : rows) name_width = std::max(name_width, shown_name(row).size());
  std::string text = heading_text(name_width);
  for (const RegionRow& row : rows) text += row_text(row, name_width);
  return text + marks_text(rows);
}

std::string page_map(const Region& region, std::span<const PageState> pages, size_t page_bytes) {
  std::string text = region.name + "\n";
  for (size_t first = 0; first < pages.size(); first += kPagesPerLine) {
    const auto line = pages.subspan(first, std::min(kPagesPerLine, pages.size() - first));
    text += format("  %16s  ", address_text(region.address_of_page(first, page_bytes)).c_str());
    for (const PageState page : line) text += kMapCharacters[static_cast<size_t>(page)];
    text += '\n';
  }
  return text;
}

std::string page_map_legend() {
  return "# resident   s in the swap cache   + in the page cache, not mapped   . never used\n"
         "S swapped    X not resident (on disk)   ? not mapped; the kernel does not tell more\n";
}

std::string change_text(const ResidencyEvent& event, const std::string& when) {
  const ResidencyChange& change = event.change;
  const std::string front = when + " " + event.region + ": ";
  std::string text;
  if (change.left.total() > 0) {
    text += front + std::to_string(change.left.total()) + " of " +
            pages_text(change.resident_before) + " left memory (" +
            address_text(event.left_address) + ": " + states_text(change.left) + ")\n";
  }
  if (change.unmapped.total() > 0) {
    text += front + std::to_string(change.unmapped.total()) + " of " +
            pages_text(change.resident_before) + " unmapped, still in RAM (" +
            states_text(change.unmapped) + ")\n";
  }
  if (change.returned > 0) {
    text += front + pages_text(change.returned) + " came back (" +
            address_text(event.returned_address) + ": " + away_text(change.longest_away) + ")\n";
  }
  return text;
}

std::string summary_text(const ResidencySummary& summary) {
  std::string text = summary.has_process_ended ? "the process has ended\n" : "";
  text += format("watched for %s, looked %lld times\n", duration_text(summary.watched).c_str(),
                 static_cast<long long>(summary.polls));
  text += pages_text(summary.left_pages) + " left memory, " +
          std::to_string(summary.returned_pages) + " came back, " +
          std::to_string(summary.pages_out) + " are out now";
  if (summary.longest_away)
    text += "; the longest for up to " + duration_text(*summary.longest_away);
  text += "\n";
  if (summary.unmapped_pages > 0) {
    text += pages_text(summary.unmapped_pages) + " were unmapped but stayed in RAM\n";
  }
  return text + faults_text(summary) + seen_faults_text(summary);
}

}  // namespace holdfast
