// SPDX-License-Identifier: MIT
// holdfast report: a recorded run or a finished experiment as one page to look at and to hand on;
// or the same as JSON, as text for a message, or as events for other programs that draw traces.
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "cmd/command.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "cmd/own_names.h"
#include "cmd/report_input.h"
#include "cmd/result_file.h"
#include "report/experiment_page.h"
#include "report/session_json.h"
#include "report/session_page.h"
#include "report/session_text.h"
#include "report/trace_events.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kReportProgram = "holdfast report";

struct ReportOptions {
  std::string input;
  std::string file;
  bool is_json = false;
  bool is_text = false;
  bool is_trace = false;

  [[nodiscard]] bool is_page() const { return !is_json && !is_text && !is_trace; }
};

/// The page overwrites what was a page before, but never what it is made from.
Result<> check_target(const ReportOptions& options) {
  if (options.file.empty() && options.is_page() && isatty(STDOUT_FILENO) != 0) {
    return usage_error("the page goes into a file: holdfast report " + options.input +
                       " -o report.html");
  }
  std::error_code unknown;
  if (!options.file.empty() && std::filesystem::equivalent(options.input, options.file, unknown)) {
    return usage_error(options.file + " is what the report is made from: not overwritten");
  }
  return Done{};
}

Result<std::string> render(const ReportOptions& options, const SessionFacts& facts) {
  if (options.is_json) return session_report_json(facts) + "\n";
  if (options.is_text) return session_paste_text(facts, own_names());
  if (options.is_trace) return trace_events_json(facts) + "\n";
  return session_page(facts);
}

Result<std::string> render(const ReportOptions& options, const Experiments& experiments) {
  if (options.is_trace) return usage_error("an experiment has no trace; --trace needs a .hft file");
  const std::vector<ExperimentView> views = views_of(experiments);
  if (options.is_json) return experiment_report_json(views) + "\n";
  if (options.is_text) return experiment_paste_text(views, own_names());
  return experiment_page(views);
}

/// As `explain` would say of the run: damage and dropped facts make the result not trustworthy.
int exit_code_of(const ReportInput& input) {
  const auto* facts = std::get_if<SessionFacts>(&input);
  if (facts == nullptr) return kHolds;
  return facts->damage.empty() && facts->summary.dropped_records == 0 ? kHolds : kNotTrustworthy;
}

Result<int> report(const ReportOptions& options, Output& output) {
  HF_TRY(check_target(options));
  HF_TRY_ASSIGN(const ReportInput input, read_report_input(options.input));
  if (stop_requested()) return unavailable("stopped before the trace was read: nothing written");
  HF_TRY_ASSIGN(const std::string text,
                std::visit([&](const auto& what) { return render(options, what); }, input));
  if (options.file.empty() || options.file == "-") {
    output.text(text);
  } else {
    HF_TRY(write_result(options.file, text));
  }
  const auto* facts = std::get_if<SessionFacts>(&input);
  if (facts != nullptr && !facts->damage.empty()) {
    output.advice(std::string(kReportProgram) + ": " + facts->damage + "\n");
  }
  return exit_code_of(input);
}

int run_report(const ReportOptions& options) {
  Output output(kReportProgram, {options.is_json, "never"});
  return output.finish(report(options, output));
}

}  // namespace

Command add_report(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("report", "Make a page of a trace or an experiment, to look at");
  auto options = std::make_shared<ReportOptions>();
  command
      ->add_option("input", options->input,
                   "A .hft file (-: standard input), or what `holdfast prove --resume` kept")
      ->required();
  command->add_option("-o,--output", options->file, "Where the result goes (-: standard output)");
  CLI::Option* json = command->add_flag("--json", options->is_json, "All that the page shows");
  CLI::Option* text = command->add_flag("--text", options->is_text,
                                        "A text for a message, without names of hosts and people");
  CLI::Option* trace = command->add_flag("--trace", options->is_trace,
                                         "Events for Perfetto and other programs that draw traces");
  json->excludes(text)->excludes(trace);
  text->excludes(trace);
  command->footer(
      "The page is one file that loads nothing and sends nothing.\n"
      "Example: holdfast report take.hft -o report.html\n"
      "Exit codes: 0 made, 2 usage, 3 unreadable or not writable, 4 made of a trace that is "
      "damaged or lacks facts");
  return {command, [options] { return run_report(*options); }};
}

}  // namespace holdfast::cmd
