// SPDX-License-Identifier: MIT
#include "cmd/report_input.h"

#include <algorithm>
#include <filesystem>

#include "cmd/exit.h"
#include "session/trace_file.h"

namespace holdfast::cmd {
namespace {

constexpr std::string_view kJournalBegin = R"({"schema":"holdfast.prove_design/1")";
/// The longest experiment has 6000 blocks of less than 1 KiB each.
constexpr size_t kLongestJournal = size_t{16} << 20;
constexpr size_t kMostJournals = 100;

/// The first `most` bytes of a file, or fewer where it ends.
Result<std::string> read_begin(const std::string& path, size_t most) {
  HF_TRY_ASSIGN(const ByteSource source, session::open_byte_source(path));
  std::string text;
  std::vector<std::byte> part(size_t{1} << 16);
  while (text.size() < most) {
    HF_TRY_ASSIGN(const size_t size,
                  source(std::span(part).first(std::min(part.size(), most - text.size()))));
    if (size == 0) break;
    text.append(reinterpret_cast<const char*>(part.data()), size);
  }
  return text;
}

Result<bool> is_journal(const std::string& path) {
  HF_TRY_ASSIGN(const std::string begin, read_begin(path, kJournalBegin.size()));
  return begin == kJournalBegin;
}

Result<ExperimentJournal> read_journal(const std::string& path) {
  HF_TRY_ASSIGN(const std::string text, read_begin(path, kLongestJournal));
  auto journal = parse_journal(text);
  if (!journal) return std::move(journal.error()).in(path);
  return journal;
}

/// In the order of their names.
Result<Experiments> read_folder(const std::string& path) {
  std::vector<std::string> files;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(path, failure)) {
    std::error_code unknown;
    if (entry.is_regular_file(unknown)) files.push_back(entry.path().string());
  }
  if (failure) return system_error("cannot read " + path, failure.value());
  std::sort(files.begin(), files.end());
  Experiments found;
  for (const std::string& file : files) {
    const Result<bool> is_ours = is_journal(file);
    if (!is_ours || !*is_ours) continue;
    HF_TRY_ASSIGN(ExperimentJournal journal, read_journal(file));
    found.push_back(std::move(journal));
    if (found.size() == kMostJournals) break;
  }
  if (!found.empty()) return found;
  return usage_error("no experiment in " + path +
                     ": `holdfast prove --resume FILE` keeps one in a file");
}

Result<SessionFacts> read_session(const std::string& path) {
  HF_TRY_ASSIGN(TraceReader reader, session::open_trace(path));
  SessionCollector collector(reader.info());
  for (std::span<const Record> records = reader.next(); !records.empty() && !stop_requested();
       records = reader.next()) {
    collector.take(records);
  }
  SessionFacts facts = collector.finish();
  const TraceProgress& progress = reader.progress();
  facts.damage = progress.statement;
  facts.skipped_records = progress.skipped_records;
  return facts;
}

}  // namespace

Result<ReportInput> read_report_input(const std::string& path) {
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) {
    HF_TRY_ASSIGN(Experiments experiments, read_folder(path));
    return ReportInput(std::move(experiments));
  }
  if (std::filesystem::is_regular_file(path, unknown)) {
    HF_TRY_ASSIGN(const bool is_experiment, is_journal(path));
    if (is_experiment) {
      HF_TRY_ASSIGN(ExperimentJournal journal, read_journal(path));
      return ReportInput(Experiments{std::move(journal)});
    }
  }
  HF_TRY_ASSIGN(SessionFacts facts, read_session(path));
  return ReportInput(std::move(facts));
}

}  // namespace holdfast::cmd
