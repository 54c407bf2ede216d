// SPDX-License-Identifier: MIT
// holdfast explain: derives every verdict again from a recorded trace. It feeds the same judge as
// `count` did, and prints the same bytes.
#include <memory>

#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "cmd/verdict.h"
#include "core/judge.h"
#include "report/glitch_text.h"
#include "session/trace_file.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kProgram = "holdfast explain";

struct ExplainOptions {
  OutputOptions output;
  std::string trace;
};

void warn_of_damage(const TraceProgress& progress, bool has_end, Output& output) {
  if (!progress.statement.empty()) {
    output.advice(std::string(kProgram) + ": " + progress.statement + "\n");
  }
  if (progress.end == TraceEnd::kClean && !has_end) {
    output.advice(std::string(kProgram) +
                  ": the trace has no end: its writer was killed, or is still writing\n");
  }
  if (progress.skipped_records + progress.skipped_chunks > 0) {
    output.advice(std::string(kProgram) + ": skipped " + std::to_string(progress.skipped_records) +
                  " records and " + std::to_string(progress.skipped_chunks) +
                  " chunks of kinds that this version does not know\n");
  }
}

int exit_code(const Summary& summary, const TraceProgress& progress) {
  const bool is_damaged =
      progress.end == TraceEnd::kCorrupt || progress.end == TraceEnd::kUnreadable;
  return is_damaged ? kNotTrustworthy : exit_code_of(summary);
}

Result<int> explain(const ExplainOptions& options, Output& output) {
  HF_TRY_ASSIGN(TraceReader reader, session::open_trace(options.trace));
  const SessionInfo info = reader.info();
  output.advice(session_text(info));
  Judge judge(info, [&](const Glitch& glitch) { print_glitch(glitch, info, output); });
  for (std::span<const Record> records = reader.next(); !records.empty() && !stop_requested();
       records = reader.next()) {
    judge.take(records);
  }
  judge.finish();
  print_summary(judge.summary(), info, output);
  warn_of_damage(reader.progress(), judge.summary().end_reason.has_value(), output);
  return exit_code(judge.summary(), reader.progress());
}

int run_explain(const ExplainOptions& options) {
  Output output(kProgram, options.output);
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
      "Prints what `holdfast count` printed when the trace was made, to the byte.\n"
      "Exit codes: 0 no glitch, 1 glitches, 2 not a trace, 3 unreadable, 4 not trustworthy");
  return {command, [options] { return run_explain(*options); }};
}

}  // namespace holdfast::cmd
