// SPDX-License-Identifier: MIT
#include "tests/support/recorded_run.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "rt/counter32.h"
#include "rt/timeline.h"

namespace holdfast::test {
namespace {

constexpr int64_t kTruthModulus = int64_t{1} << 24;  // floats hold integers exactly up to here

Result<std::string> inflate_file(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) return Error{ErrorKind::kBadData, 0, path + ": cannot open"};
  std::string text;
  char buffer[65536];
  for (int n; (n = gzread(file.get(), buffer, sizeof buffer)) != 0;) {
    if (n < 0) return Error{ErrorKind::kBadData, 0, path + ": not a whole gzip file"};
    text.append(buffer, static_cast<size_t>(n));
  }
  return text;
}

using Row = std::map<std::string, std::string>;

std::vector<Row> parse_rows(const std::string& text) {
  std::istringstream lines(text);
  std::vector<std::string> names;
  std::vector<Row> rows;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    std::vector<std::string> values;
    for (std::string cell; std::getline(cells, cell, ',');) values.push_back(cell);
    if (names.empty()) {
      names = values;
    } else if (values.size() == names.size()) {
      Row row;
      for (size_t i = 0; i < names.size(); i++) row[names[i]] = values[i];
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

int64_t number(const Row& row, const char* either, const char* other) {
  const auto found = row.count(either) != 0 ? row.find(either) : row.find(other);
  return found == row.end() ? 0 : std::stoll(found->second);
}

void append(RecordedRun& run, const Row& row, Counter32& counter) {
  const bool is_jack = row.count("last_frame") != 0;
  const int64_t position =
      is_jack ? counter.widen(static_cast<uint32_t>(number(row, "last_frame", ""))).count
              : number(row, "pos", "");
  const int64_t s0 = number(row, "s0", "");
  Block block;
  block.position = Frames(position);
  block.frames = Frames(number(row, "n", ""));
  block.woke = block.due = Nanos(number(row, "mono_ns", "mono"));
  block.content = static_cast<uint64_t>(s0);
  block.is_silent = s0 == 0;
  run.blocks.push_back(block);
  run.truths.push_back(s0 == 0 ? -1 : unwrap_truth(s0, position));
}

/// Before the source was connected and after it left there is nothing to compare with.
void trim(RecordedRun& run) {
  const auto is_sound = [](int64_t truth) { return truth >= 0; };
  const auto first = std::find_if(run.truths.begin(), run.truths.end(), is_sound);
  const auto last = std::find_if(run.truths.rbegin(), run.truths.rend(), is_sound).base();
  const auto from = first - run.truths.begin();
  const auto to = std::max(last - run.truths.begin(), from);
  run.blocks = {run.blocks.begin() + from, run.blocks.begin() + to};
  run.truths = {run.truths.begin() + from, run.truths.begin() + to};
}

int64_t missing_by_content(const RecordedRun& run) {
  std::set<int64_t> heard;
  for (const int64_t truth : run.truths) {
    if (truth >= 0) heard.insert(truth);
  }
  if (heard.empty()) return 0;
  const int64_t frames = run.blocks.front().frames.count;
  const int64_t span = *heard.rbegin() + frames - *heard.begin();
  return span - frames * static_cast<int64_t>(heard.size());
}

/// What the server's counter, and with it the source, did not count up to a stream position.
int64_t uncounted_before(const std::vector<Gap>& gaps, int64_t at) {
  int64_t frames = 0;
  for (const Gap& gap : gaps) {
    if (gap.source == LossSource::kServer && gap.position.count < at) frames += gap.missing.count;
  }
  return frames;
}

}  // namespace

/// Labels are never off by more than half of the modulus.
int64_t unwrap_truth(int64_t told, int64_t label) {
  const int64_t difference = (told - label) & (kTruthModulus - 1);
  return label + (difference >= kTruthModulus / 2 ? difference - kTruthModulus : difference);
}

void complete(RecordedRun& run) {
  trim(run);
  run.missing_frames = missing_by_content(run);
}

Result<RecordedRun> read_recorded_run(const std::string& path) {
  HF_TRY_ASSIGN(const std::string text, inflate_file(path));
  const std::vector<Row> rows = parse_rows(text);
  const bool is_run = !rows.empty() && rows[0].count("s0") != 0 && rows[0].count("n") != 0 &&
                      (rows[0].count("last_frame") != 0 || rows[0].count("pos") != 0);
  if (!is_run) return Error{ErrorKind::kBadData, 0, path + ": not a recorded run"};
  RecordedRun run;
  run.name = std::filesystem::path(path).filename().string();
  Counter32 counter;
  counter.restart(static_cast<uint32_t>(number(rows[0], "last_frame", "pos")));
  for (const Row& row : rows) append(run, row, counter);
  complete(run);
  return run;
}

std::vector<std::string> recorded_runs_in(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().string().ends_with(".csv.gz")) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

RunVerdict judge(const RecordedRun& run) {
  Timeline timeline(48000, PositionSource::kServerCounter);
  RunVerdict verdict;
  std::map<int64_t, int64_t> truth_at;  // stream position -> true position of what lies there
  for (size_t i = 0; i < run.blocks.size(); i++) {
    const Placement placement = timeline.place(run.blocks[i]);
    if (placement.relocated_by != Frames(0)) {
      const auto from = truth_at.lower_bound(placement.relocated_from.count);
      const std::map<int64_t, int64_t> moved(from, truth_at.end());
      truth_at.erase(from, truth_at.end());
      for (const auto& [at, truth] : moved) truth_at[at - placement.relocated_by.count] = truth;
    }
    if (placement.has_closed_gap) verdict.all_gaps.push_back(timeline.closed_gap());
    if (placement.is_placed) truth_at[placement.at.count] = run.truths[i];
  }
  while (timeline.finish()) verdict.all_gaps.push_back(timeline.closed_gap());
  const int64_t origin = run.truths.empty() ? 0 : run.truths.front();
  for (const auto& [at, truth] : truth_at) {
    if (truth >= 0 && truth - origin + uncounted_before(verdict.all_gaps, at) != at) {
      verdict.misplaced_blocks++;
    }
  }
  for (const Gap& gap : verdict.all_gaps) {
    (gap.source == LossSource::kClient ? verdict.lost_frames : verdict.estimated_frames) +=
        gap.missing.count;
  }
  verdict.relocated_blocks = timeline.totals().relocated;
  verdict.gaps = timeline.totals().gaps;
  return verdict;
}

}  // namespace holdfast::test
