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
#include "report/duration_text.h"
#include "report/experiment_page.h"
#include "report/session_json.h"
#include "report/session_page.h"
#include "report/session_text.h"
#include "report/trace_events.h"
#include "session/wav_outline.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kReportProgram = "holdfast report";
constexpr Nanos kFarthestApart = kSecond * 2;

struct ReportOptions {
  std::string input;
  std::string file;
  std::string take;
  bool is_json = false;
  bool is_text = false;
  bool is_trace = false;

  /// The page and its JSON have the waveform.
  [[nodiscard]] bool shows_take() const { return !is_text && !is_trace; }
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

/// A take is as long as the device ran, but for what a crash took from either file.
Result<> check_take(const std::string& path, const SessionFacts& facts) {
  HF_TRY_ASSIGN(const session::WavShape shape, session::read_wav_shape(path));
  const Nanos run = duration_of(facts.summary.totals.elapsed, facts.info.rate_hz);
  const Nanos take = duration_of(shape.length, shape.rate_hz);
  const Nanos apart = run > take ? run - take : take - run;
  if (shape.rate_hz == facts.info.rate_hz && apart <= kFarthestApart) return Done{};
  return usage_error(path + " is not the take of this run: it has " + duration_text(take) + " at " +
                     std::to_string(shape.rate_hz) + " Hz, the run " + duration_text(run) + " at " +
                     std::to_string(facts.info.rate_hz) + " Hz");
}

/// The take that was named, or else one beside the trace: take.wav beside take.hft.
Result<> add_take(const ReportOptions& options, SessionFacts& facts, Output& output) {
  std::filesystem::path path = options.take;
  std::error_code unknown;
  if (options.take.empty()) {
    path = std::filesystem::path(options.input).replace_extension(".wav");
    if (!std::filesystem::is_regular_file(path, unknown)) return Done{};
  }
  if (Result<> checked = check_take(path.string(), facts); !checked) {
    if (!options.take.empty()) return checked;
    output.advice(std::string(kReportProgram) + ": no waveform: " + checked.error().what + "\n");
    return Done{};
  }
  HF_TRY_ASSIGN(facts.waveform, session::read_waveform(path.string(), stop_requested));
  if (stop_requested()) return unavailable("stopped before the take was read: nothing written");
  return Done{};
}

/// As `explain` would say of the run: damage and dropped facts make the result not trustworthy.
int exit_code_of(const ReportInput& input) {
  const auto* facts = std::get_if<SessionFacts>(&input);
  if (facts == nullptr) return kHolds;
  return facts->damage.empty() && facts->summary.dropped_records == 0 ? kHolds : kNotTrustworthy;
}

Result<int> report(const ReportOptions& options, Output& output) {
  HF_TRY(check_target(options));
  HF_TRY_ASSIGN(ReportInput input, read_report_input(options.input));
  if (stop_requested()) return unavailable("stopped before the trace was read: nothing written");
  auto* const session = std::get_if<SessionFacts>(&input);
  if (session == nullptr && !options.take.empty()) return usage_error("an experiment has no take");
  if (session != nullptr && options.shows_take()) HF_TRY(add_take(options, *session, output));
  HF_TRY_ASSIGN(const std::string text,
                std::visit([&](const auto& what) { return render(options, what); }, input));
  if (options.file.empty() || options.file == "-") {
    output.text(text);
  } else {
    HF_TRY(write_result(options.file, text));
  }
  if (session != nullptr && !session->damage.empty()) {
    output.advice(std::string(kReportProgram) + ": " + session->damage + "\n");
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
  command->add_option("--take", options->take,
                      "The WAV file that was recorded with it, for the waveform (default: of that "
                      "name beside the trace)");
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
