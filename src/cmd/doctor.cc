// SPDX-License-Identifier: MIT
// holdfast doctor: tries things out on this machine and says what to change. Whatever it tries
// happens in processes that end, or on the virtual device; nothing is changed but by --fix.
#include <memory>

#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/counter.h"
#include "cmd/doctor_checks.h"
#include "cmd/doctor_fix.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "cmd/own_names.h"
#include "report/finding_text.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kDoctorProgram = "holdfast doctor";
constexpr Nanos kLongestSelfTest = kSecond * 3600;

struct DoctorOptions {
  OutputOptions output;
  std::string duration = "3s";
  bool is_for_pasting = false;
  bool is_fixing = false;
  std::vector<std::string> remedies;  ///< What --fix named; empty: what the findings name.
  bool is_agreed = false;
};

Result<Nanos> parse_self_test(const DoctorOptions& options) {
  if (options.duration == "0") return Nanos(0);
  HF_TRY_ASSIGN(const Nanos duration, parse_duration(options.duration));
  if (duration <= kLongestSelfTest) return duration;
  return usage_error("--for takes at most 1h, and 0 for no self-test");
}

void print_group(const std::vector<Finding>& findings, Output& output) {
  if (findings.empty()) return;
  if (!output.is_json()) output.line(findings.front().group);
  for (const Finding& finding : findings) {
    if (output.is_json()) {
      output.line(finding_json(finding));
      continue;
    }
    for (const FindingLine& line : finding_lines(finding)) {
      line.is_alarming ? output.alarm_line(line.text) : output.line(line.text);
    }
  }
}

void print_end(const DoctorOptions& options, const std::vector<Finding>& findings, Output& output) {
  const SessionInfo info = describe_run({});
  if (options.is_for_pasting) {
    const std::string text = paste_text(findings, info.program, info.machine);
    // Findings hold no names; this is the second fence.
    output.text(without_names(text, own_names()));
  } else if (output.is_json()) {
    output.line(findings_summary_json(findings, info.program, info.machine));
  } else {
    output.text("\n" + findings_summary(findings));
  }
}

std::vector<Finding> examine(const DoctorOptions& options, Nanos self_test, Output& output) {
  std::vector<Finding> findings;
  run_checks(self_test, [&](const std::vector<Finding>& group) {
    if (!options.is_for_pasting) print_group(group, output);
    findings.insert(findings.end(), group.begin(), group.end());
    output.progress("trying things out ...");
  });
  print_end(options, findings, output);
  return findings;
}

Result<int> fix(const DoctorOptions& options, Output& output) {
  std::vector<std::string> names;
  for (const std::string& name : options.remedies) {
    if (!name.empty()) names.push_back(name);
  }
  if (names.empty()) {
    names = remedies_of(examine(options, Nanos(0), output));
    output.line("");
  }
  if (names.empty()) {
    output.line("Nothing that --fix could do.");
    return int{kHolds};
  }
  return carry_out_remedies(names, options.is_agreed, output);
}

Result<int> doctor(const DoctorOptions& options, Output& output) {
  HF_TRY_ASSIGN(const Nanos self_test, parse_self_test(options));
  if (options.is_fixing) return fix(options, output);
  const FindingCounts counts = count_findings(examine(options, self_test, output));
  return int{counts.failed > 0 ? kGlitches : kHolds};
}

int run_doctor(const DoctorOptions& options) {
  Output output(kDoctorProgram, options.output);
  return output.finish(doctor(options, output));
}

}  // namespace

Command add_doctor(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("doctor", "Try things out on this machine, and say what to change");
  auto options = std::make_shared<DoctorOptions>();
  command
      ->add_option("--for", options->duration,
                   "How long the self-test on the virtual device takes; 0 leaves it out")
      ->capture_default_str();
  CLI::Option* const paste = command->add_flag(
      "--paste", options->is_for_pasting, "One block of text for a message, without your names");
  CLI::Option* const fix =
      command
          ->add_option("--fix", options->remedies,
                       "Show what would be changed, ask, and change it: limits, perf, movers, "
                       "governor; without a name, whatever the findings call for")
          ->expected(0, 4)
          ->excludes(paste);
  command->add_flag("--yes", options->is_agreed, "With --fix: do not ask")->needs(fix);
  add_output_options(*command, options->output);
  command->get_option("--json")->excludes(fix)->excludes(paste);
  command->footer(
      "Example: holdfast doctor --for 10s\n"
      "         sudo holdfast doctor --fix limits\n"
      "Nothing is changed without --fix.\n"
      "Exit codes: 0 nothing failed, 1 something did, 2 usage, 3 cannot be done here");
  return {command, [options, fix] {
            options->is_fixing = fix->count() > 0;
            return run_doctor(*options);
          }};
}

}  // namespace holdfast::cmd
