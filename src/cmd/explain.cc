// SPDX-License-Identifier: MIT
// holdfast explain: derives every verdict again from a recorded trace. It feeds the same judge as
// `count` did and says the same; people also get the budget below each glitch, and the verdict on
// the whole run before everything else.
#include <filesystem>
#include <memory>

#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "cmd/verdict.h"
#include "core/judge.h"
#include "report/budget_text.h"
#include "report/glitch_text.h"
#include "session/trace_file.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kExplainProgram = "holdfast explain";

struct ExplainOptions {
  OutputOptions output;
  std::string trace;
};

void warn_of_damage(const TraceProgress& progress, bool has_end, Output& output) {
  if (!progress.statement.empty()) {
    output.advice(std::string(kExplainProgram) + ": " + progress.statement + "\n");
  }
  if (progress.end == TraceEnd::kClean && !has_end) {
    output.advice(std::string(kExplainProgram) +
                  ": the trace has no end: its writer was killed, or is still writing\n");
  }
  if (progress.skipped_records + progress.skipped_chunks > 0) {
    output.advice(std::string(kExplainProgram) + ": skipped " +
                  std::to_string(progress.skipped_records) + " records and " +
                  std::to_string(progress.skipped_chunks) +
                  " chunks of kinds that this version does not know\n");
  }
}

int exit_code(const Summary& summary, const TraceProgress& progress) {
  const bool is_damaged =
      progress.end == TraceEnd::kCorrupt || progress.end == TraceEnd::kUnreadable;
  return is_damaged ? kNotTrustworthy : exit_code_of(summary);
}

/// Feeds the whole trace to a judge.
Summary judge_trace(TraceReader& reader, Judge::OnGlitch on_glitch) {
  Judge judge(reader.info(), std::move(on_glitch));
  for (std::span<const Record> records = reader.next(); !records.empty() && !stop_requested();
       records = reader.next()) {
    judge.take(records);
  }
  judge.finish();
  return judge.summary();
}

/// Reads the trace once more, before. A pipe can be read only once: the summary has it, too.
Result<> show_verdict_first(const ExplainOptions& options, Output& output) {
  std::error_code unknown;
  const bool is_file = std::filesystem::is_regular_file(options.trace, unknown);
  if (output.is_json() || !is_file) return Done{};
  HF_TRY_ASSIGN(TraceReader reader, session::open_trace(options.trace));
  const SessionInfo info = reader.info();
  const Summary summary = judge_trace(reader, nullptr);
  if (summary.glitches > 0) output.text(verdict_text(summary, info) + "\n\n");
  return Done{};
}

Result<int> explain(const ExplainOptions& options, Output& output) {
  HF_TRY(show_verdict_first(options, output));
  HF_TRY_ASSIGN(TraceReader reader, session::open_trace(options.trace));
  const SessionInfo info = reader.info();
  output.advice(session_text(info));
  const Summary summary = judge_trace(reader, [&](const Glitch& glitch) {
    print_glitch(glitch, info, output);
    if (!output.is_json()) output.text(budget_text(glitch));
  });
  print_summary(summary, info, output);
  warn_of_damage(reader.progress(), summary.end_reason.has_value(), output);
  return exit_code(summary, reader.progress());
}

int run_explain(const ExplainOptions& options) {
  Output output(kExplainProgram, options.output);
  return output.finish(explain(options, output));
}

}  // namespace

Command add_explain(CLI::App& app) {
  CLI::App* command = app.add_subcommand("explain", "Derive every verdict again from a trace");
  auto options = std::make_shared<ExplainOptions>();
  command->add_option("trace", options->trace, "A .hft file, or - for standard input")->required();
  add_output_options(*command, options->output);
  command->footer(
      "Example: holdfast explain take.hft\n"
      "Says what `holdfast count` said when the trace was made, with the budget of each glitch;\n"
      "with --json, the same bytes.\n"
      "Exit codes: 0 no glitch, 1 glitches, 2 not a trace, 3 unreadable, 4 not trustworthy");
  return {command, [options] { return run_explain(*options); }};
}

}  // namespace holdfast::cmd
