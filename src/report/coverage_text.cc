// SPDX-License-Identifier: MIT
#include "report/coverage_text.h"

#include <algorithm>

#include "base/format.h"
#include "core/byte_size.h"

namespace holdfast {
namespace {

constexpr size_t kMostNamed = 6;
constexpr size_t kShortestName = 24;

long long kib(size_t size_bytes) {
  return static_cast<long long>(size_bytes / 1024);
}

std::string who_text(const ThreadCoverage& coverage) {
  const TaskStat& thread = coverage.thread;
  std::string text =
      format("thread %d \"%s\" of process %d \"%s\": %s", thread.id, thread.name.c_str(),
             coverage.pid, coverage.process.c_str(), to_text(thread.policy).c_str());
  if (thread.rt_priority > 0) text += " " + std::to_string(thread.rt_priority);
  return text + " (" + coverage.reason + "); " + std::string(name_of(coverage.moment)) + "\n";
}

std::string row_text(const RegionCoverage& row, size_t name_width) {
  return format("%-*s %9lld %9lld %9lld %9lld%s\n", static_cast<int>(name_width), row.name.c_str(),
                kib(row.size_bytes), kib(row.in_use_bytes), kib(row.locked_bytes),
                kib(row.open_bytes), is_needed(row.kind) ? "" : "  not judged");
}

/// "libc.so.6 text (812 KiB), heap (132 KiB)"
std::string open_text(const ThreadCoverage& coverage) {
  std::vector<RegionCoverage> open;
  std::ranges::copy_if(coverage.regions, std::back_inserter(open), [](const RegionCoverage& row) {
    return is_needed(row.kind) && row.open_bytes > 0;
  });
  std::ranges::stable_sort(open, std::ranges::greater(), &RegionCoverage::open_bytes);
  std::string text;
  for (size_t i = 0; i < open.size() && i < kMostNamed; ++i) {
    text += (i == 0 ? "" : ", ") + open[i].name + format(" (%lld KiB)", kib(open[i].open_bytes));
  }
  if (open.size() <= kMostNamed) return text;
  return text + " and " + std::to_string(open.size() - kMostNamed) + " more";
}

}  // namespace

std::string_view name_of(CoverageMoment moment) {
  switch (moment) {
    case CoverageMoment::kNow:
      return "now";
    case CoverageMoment::kBeforeUnlock:
      return "before the program unlocked memory";
    case CoverageMoment::kThreadEnd:
      return "when the thread ended";
  }
  return "?";
}

std::string coverage_text(const ThreadCoverage& coverage) {
  const std::vector<RegionCoverage> rows = join_coverage(coverage.regions);
  size_t name_width = kShortestName;
  for (const RegionCoverage& row : rows) name_width = std::max(name_width, row.name.size());
  std::string text =
      who_text(coverage) + format("%-*s %9s %9s %9s %9s\n", static_cast<int>(name_width), "region",
                                  "KiB", "in use", "locked", "open");
  for (const RegionCoverage& row : rows) text += row_text(row, name_width);
  if (!coverage.are_locks_known) return text + "which mappings are locked is not known\n";
  const std::string open = open_text(coverage);
  if (open.empty()) return text + "all that is in use is locked\n";
  return text + "in use, and nobody locked it: " + open + "\n";
}

}  // namespace holdfast
