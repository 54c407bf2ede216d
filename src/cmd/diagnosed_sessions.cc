// SPDX-License-Identifier: MIT
#include "cmd/diagnosed_sessions.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "cmd/exit.h"
#include "core/byte_size.h"
#include "core/session_facts.h"
#include "core/trace_excerpt.h"
#include "core/trace_outline.h"
#include "report/duration_text.h"
#include "report/session_json.h"
#include "report/session_page.h"
#include "report/session_text.h"
#include "report/utc_time.h"
#include "session/trace_file.h"

namespace holdfast::cmd {
namespace {

namespace fs = std::filesystem;

/// What a page of such a trace makes browsers slow with, and mail impossible.
constexpr size_t kLargestExcerpt = size_t{1} << 30;

/// A trace, seen once from begin to end.
struct SeenTrace {
  std::string path;
  SessionInfo info;
  TraceOutline outline;
  std::string damage;

  [[nodiscard]] bool contains(Nanos utc) const {
    return utc >= outline.utc_begin() && utc <= outline.utc_end();
  }
};

Error stopped() {
  return unavailable("stopped: nothing written");
}

Result<SeenTrace> look_through(const std::string& path, Redaction& redaction) {
  HF_TRY_ASSIGN(TraceReader reader, session::open_trace(path));
  redaction.learn(reader.description());
  OutlineCollector collector(reader.info(),
                             [&redaction](std::string_view line) { redaction.learn(line); });
  for (auto records = reader.next(); !records.empty(); records = reader.next()) {
    if (stop_requested()) return stopped();
    collector.take(records);
  }
  return SeenTrace{path, reader.info(), collector.finish(), reader.progress().statement};
}

/// UTC of the first fact, from the first chunks alone; nothing when it is no trace with facts.
std::optional<Nanos> begin_of(const std::string& path) {
  auto reader = session::open_trace(path);
  if (!reader) return std::nullopt;
  OutlineCollector collector(reader->info(), [](std::string_view) {});
  while (!collector.has_begun()) {
    const auto records = reader->next();
    if (records.empty()) return std::nullopt;
    collector.take(records);
  }
  return collector.finish().utc_begin();
}

/// The traces of a folder, the latest last.
Result<std::vector<std::string>> traces_in(const std::string& folder) {
  std::vector<std::pair<Nanos, std::string>> found;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    std::error_code unknown;
    if (entry.path().extension() != ".hft" || !entry.is_regular_file(unknown)) continue;
    const std::string path = entry.path().string();
    if (const auto begin = begin_of(path)) found.emplace_back(*begin, path);
  }
  if (failure) return system_error("cannot read " + folder, failure.value());
  std::sort(found.begin(), found.end());
  std::vector<std::string> paths;
  paths.reserve(found.size());
  for (auto& [begin, path] : found) paths.push_back(std::move(path));
  return paths;
}

Result<std::vector<SeenTrace>> sessions_in(const std::string& folder, const DiagnosedSessions& wish,
                                           Redaction& redaction) {
  HF_TRY_ASSIGN(const std::vector<std::string> paths, traces_in(folder));
  std::vector<SeenTrace> sessions;
  const size_t first = wish.times.empty() && !paths.empty() ? paths.size() - 1 : 0;
  for (size_t i = first; i < paths.size(); i++) {
    HF_TRY_ASSIGN(SeenTrace trace, look_through(paths[i], redaction));
    const bool is_wanted =
        wish.times.empty() || std::any_of(wish.times.begin(), wish.times.end(),
                                          [&](Nanos utc) { return trace.contains(utc); });
    if (is_wanted) sessions.push_back(std::move(trace));
  }
  return sessions;
}

/// A trace is read twice, so it must not be a pipe.
Result<> check_input(const std::string& input) {
  std::error_code unknown;
  if (fs::is_regular_file(input, unknown) || !(input == "-" || fs::exists(input, unknown))) {
    return Done{};
  }
  return usage_error(input + " is no file and no folder: keep the trace in a file first");
}

Result<std::vector<SeenTrace>> find_sessions(const DiagnosedSessions& wish, Redaction& redaction) {
  std::vector<SeenTrace> sessions;
  if (wish.inputs.empty()) return sessions_in(".", wish, redaction);
  for (const std::string& input : wish.inputs) {
    std::error_code unknown;
    if (!fs::is_directory(input, unknown)) {
      HF_TRY(check_input(input));
      HF_TRY_ASSIGN(SeenTrace trace, look_through(input, redaction));
      sessions.push_back(std::move(trace));
      continue;
    }
    HF_TRY_ASSIGN(std::vector<SeenTrace> found, sessions_in(input, wish, redaction));
    if (found.empty() && wish.times.empty()) return usage_error("no trace (.hft) in " + input);
    std::move(found.begin(), found.end(), std::back_inserter(sessions));
  }
  return sessions;
}

/// Every time must be in one of the sessions.
Result<> check_times(const DiagnosedSessions& wish, const std::vector<SeenTrace>& sessions) {
  for (const Nanos utc : wish.times) {
    const bool is_there = std::any_of(sessions.begin(), sessions.end(),
                                      [utc](const SeenTrace& one) { return one.contains(utc); });
    if (is_there) continue;
    std::string where = "no session here was running";
    if (sessions.size() == 1) {
      where = "the session ran from " + utc_text(sessions[0].outline.utc_begin()) + " to " +
              utc_text(sessions[0].outline.utc_end());
    }
    return usage_error("nothing was recorded at " + utc_text(utc) + ": " + where);
  }
  return Done{};
}

/// The parts of a session that are copied.
std::vector<TraceWindow> windows_of(const DiagnosedSessions& wish, const SeenTrace& trace) {
  if (wish.times.empty()) return {TraceWindow{}};
  std::vector<Nanos> times;
  for (const Nanos utc : wish.times) {
    if (trace.contains(utc)) times.push_back(utc - trace.outline.utc_minus_mono);
  }
  return windows_around(std::move(times), wish.around);
}

/// What the copy says of itself besides.
SessionInfo copied_info(const SeenTrace& trace, const TraceWindow& window) {
  SessionInfo info = trace.info;
  const TraceOutline& outline = trace.outline;
  if (window.begin > outline.begin || window.end < outline.end) {
    info.limitations.push_back("this is a part of a run of " +
                               duration_text(outline.end - outline.begin) +
                               ": positions count from the begin of the part");
  }
  if (outline.torn_lines > 0) {
    info.limitations.push_back(std::to_string(outline.torn_lines) +
                               " lines of names were torn in the original");
  }
  if (!trace.damage.empty()) info.limitations.push_back("the original is damaged: " + trace.damage);
  return info;
}

Result<std::string> copy_trace(const SeenTrace& trace, const TraceWindow& window,
                               const Redaction& redaction) {
  HF_TRY_ASSIGN(TraceReader reader, session::open_trace(trace.path));
  TraceExcerpt excerpt(filtered(copied_info(trace, window), redaction), window, redaction);
  for (auto records = reader.next(); !records.empty(); records = reader.next()) {
    if (stop_requested()) return stopped();
    excerpt.take(records);
    if (excerpt.size_bytes() > kLargestExcerpt) {
      return usage_error("the session is too long for one archive: more than " +
                         format_byte_size(kLargestExcerpt) + "; choose times in it with --at");
    }
  }
  return excerpt.finish();
}

/// The facts of a trace in memory.
Result<SessionFacts> read_copy(const std::string& trace) {
  size_t at = 0;
  HF_TRY_ASSIGN(TraceReader reader,
                TraceReader::open([&](std::span<std::byte> part) -> Result<size_t> {
                  const size_t size = std::min(part.size(), trace.size() - at);
                  std::memcpy(part.data(), trace.data() + at, size);
                  at += size;
                  return size;
                }));
  SessionCollector collector(reader.info());
  for (auto records = reader.next(); !records.empty() && !stop_requested();
       records = reader.next()) {
    collector.take(records);
  }
  SessionFacts facts = collector.finish();
  facts.damage = reader.progress().statement;
  return facts;
}

/// The copy and its reports: nothing else is known of the session to who opens the archive.
Result<> add_session(const std::string& folder, const SeenTrace& trace, const TraceWindow& window,
                     const Redaction& redaction, DiagnosisDraft& draft) {
  HF_TRY_ASSIGN(std::string copy, copy_trace(trace, window, redaction));
  HF_TRY_ASSIGN(const SessionFacts facts, read_copy(copy));
  if (stop_requested()) return stopped();
  const Nanos length = facts.end - facts.begin;
  draft.add_as_is(folder + "/report.txt", "its verdict and its glitches, to read",
                  session_paste_text(facts, {}));
  draft.add_as_is(folder + "/report.html", "the same as a page with charts", session_page(facts));
  draft.add_as_is(folder + "/report.json", "all that the page shows",
                  session_report_json(facts) + "\n");
  draft.add_as_is(folder + "/trace.hft",
                  "the facts behind it: " + duration_text(length) + " from " +
                      utc_text(facts.begin + facts.utc_minus_mono).substr(0, 19) + " UTC",
                  std::move(copy));
  if (!trace.damage.empty()) draft.miss(folder + " after that", trace.damage, "");
  return Done{};
}

}  // namespace

Result<> diagnose_sessions(const DiagnosedSessions& wish, Redaction& redaction,
                           DiagnosisDraft& draft,
                           const std::function<void(const std::string&)>& on_session) {
  HF_TRY_ASSIGN(const std::vector<SeenTrace> sessions, find_sessions(wish, redaction));
  HF_TRY(check_times(wish, sessions));
  if (sessions.empty()) {
    draft.miss("a session", "there is no trace in this folder",
               "record one: holdfast count --for 1min --trace take.hft");
  }
  int number = 0;
  for (const SeenTrace& trace : sessions) {
    for (const TraceWindow& window : windows_of(wish, trace)) {
      const std::string folder = "session-" + std::to_string(++number);
      on_session(folder + " is of " + trace.path);
      HF_TRY(add_session(folder, trace, window, redaction, draft));
    }
  }
  return Done{};
}

}  // namespace holdfast::cmd
