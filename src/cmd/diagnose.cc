// SPDX-License-Identifier: MIT
// holdfast diagnose: one archive for somebody who is to find out why a program glitches here. What
// goes in is shown first, and nothing of it tells who and where this is, unless asked to (--full).
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/duration.h"
#include "cmd/archive.h"
#include "cmd/command.h"
#include "cmd/diagnosed_machine.h"
#include "cmd/diagnosed_sessions.h"
#include "cmd/diagnosis_draft.h"
#include "cmd/exit.h"
#include "cmd/output.h"
#include "cmd/result_file.h"
#include "core/byte_size.h"
#include "core/utc_moment.h"
#include "report/diagnosis_text.h"
#include "report/utc_time.h"
#include "version.h"

namespace holdfast::cmd {
namespace {

constexpr const char* kDiagnoseProgram = "holdfast diagnose";

struct DiagnoseOptions {
  OutputOptions output;
  std::vector<std::string> inputs;
  std::vector<std::string> times;
  std::string around = "30s";
  std::string file;
  bool is_full = false;
  bool is_only_list = false;
  bool is_agreed = false;

  [[nodiscard]] bool is_to_stdout() const { return file == "-"; }
};

Nanos utc_now() {
  return Nanos(std::chrono::duration_cast<std::chrono::nanoseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
                   .count());
}

/// "holdfast-20261123-221438", which is UTC.
std::string folder_name(Nanos utc) {
  std::string name = "holdfast-";
  for (const char c : utc_text(utc).substr(0, 19)) {
    if (c == ' ') name += '-';
    if (c >= '0' && c <= '9') name += c;
  }
  return name;
}

Result<DiagnosedSessions> parse_sessions(const DiagnoseOptions& options) {
  DiagnosedSessions wish;
  wish.inputs = options.inputs;
  HF_TRY_ASSIGN(wish.around, parse_duration(options.around));
  for (const std::string& text : options.times) {
    HF_TRY_ASSIGN(const Nanos utc, parse_utc(text));
    wish.times.push_back(utc);
  }
  return wish;
}

/// Before anything is looked at, all that can be told of the end.
Result<> check_end(const DiagnoseOptions& options) {
  if (options.is_only_list) return Done{};
  if (!options.is_agreed && isatty(STDIN_FILENO) != 1) {
    return usage_error(
        "stdin is no terminal to ask: --list shows what would go in, --yes writes it");
  }
  if (options.is_to_stdout()) {
    if (isatty(STDOUT_FILENO) == 0 && !options.output.is_json) return Done{};
    return usage_error("an archive goes into a file or a pipe, without --json");
  }
  if (options.file.empty()) return check_result("archive");  // into the current folder
  std::error_code unknown;
  if (std::filesystem::is_regular_file(options.file, unknown)) {
    return usage_error(options.file + " is there already: not overwritten");
  }
  return check_result(options.file);
}

Result<Diagnosis> gather(const DiagnoseOptions& options, const DiagnosedSessions& wish,
                         const Archive& archive, Output& output) {
  Redaction redaction(options.is_full);
  const Nanos utc = utc_now();
  DiagnosisDraft draft({"holdfast " HF_VERSION, utc, options.is_full, folder_name(utc), {}, {}},
                       redaction);
  output.progress("reading the session ...");
  std::string sources;
  HF_TRY(diagnose_sessions(wish, redaction, draft,
                           [&](const std::string& line) { sources += line + "\n"; }));
  output.progress("looking at the machine ...");
  diagnose_machine(draft);
  if (stop_requested()) return unavailable("stopped: nothing written");
  output.advice(sources);
  for (DiagnosisMember& member : draft.diagnosis().members) {
    HF_TRY_ASSIGN(member.sha256, archive.sha256(member.content));
  }
  return std::move(draft.diagnosis());
}

void show(const DiagnoseOptions& options, const Diagnosis& diagnosis, Output& output) {
  const std::string text = diagnosis_text(diagnosis);
  const bool is_json_list = options.output.is_json && options.is_only_list;
  if (is_json_list) {
    output.text(manifest_json(diagnosis));
  } else if (options.output.is_json || options.is_to_stdout()) {
    output.advice(text);
  } else {
    output.text(text);
  }
}

Result<> ask(const DiagnoseOptions& options) {
  if (options.is_agreed) return Done{};
  std::fputs("Write this archive? [y/N] ", stderr);
  std::array<char, 16> answer = {};
  if (std::fgets(answer.data(), answer.size(), stdin) != nullptr &&
      (answer[0] == 'y' || answer[0] == 'Y')) {
    return Done{};
  }
  return usage_error("nothing was written");
}

Result<> write(const DiagnoseOptions& options, const Diagnosis& diagnosis, const Archive& archive,
               Output& output) {
  const std::string manifest = manifest_json(diagnosis);
  std::vector<ArchiveFile> files = {{diagnosis.folder + "/" + kManifestName, manifest}};
  for (const DiagnosisMember& member : diagnosis.members) {
    files.push_back({diagnosis.folder + "/" + member.name, member.content});
  }
  HF_TRY_ASSIGN(const std::string bytes, archive.pack(files, diagnosis.utc));
  if (stop_requested()) return unavailable("stopped: nothing written");
  if (options.is_to_stdout()) {
    const int write_errno = write_stdout(bytes);
    return write_errno == 0 ? Result<>(Done{})
                            : system_error("cannot write to stdout", write_errno);
  }
  const std::string path = options.file.empty() ? diagnosis.folder + ".tar.zst" : options.file;
  HF_TRY(write_private_result(path, bytes));
  if (output.is_json()) {
    output.text(manifest);
  } else {
    output.line(path + ": " + format_byte_size(std::ssize(bytes)) + "; tar -xf unpacks it");
  }
  return Done{};
}

Result<int> diagnose(const DiagnoseOptions& options, Output& output) {
  HF_TRY(check_end(options));
  HF_TRY_ASSIGN(const DiagnosedSessions wish, parse_sessions(options));
  HF_TRY_ASSIGN(const Archive archive, Archive::load());
  HF_TRY_ASSIGN(const Diagnosis diagnosis, gather(options, wish, archive, output));
  show(options, diagnosis, output);
  if (options.is_only_list) return int{kHolds};
  HF_TRY(ask(options));
  HF_TRY(write(options, diagnosis, archive, output));
  return int{kHolds};
}

int run_diagnose(const DiagnoseOptions& options) {
  Output output(kDiagnoseProgram, options.output);
  return output.finish(diagnose(options, output));
}

}  // namespace

Command add_diagnose(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "diagnose", "Pack a session and the state of this machine for whoever is to help");
  auto options = std::make_shared<DiagnoseOptions>();
  command->add_option("inputs", options->inputs,
                      "Traces (.hft), or folders: of a folder, the session that began last "
                      "(default: the current folder)");
  command->add_option("--at", options->times,
                      "Only what was around this time, as glitches are printed: '2024-02-13 "
                      "16:26:25' (UTC); repeatable");
  command->add_option("--around", options->around, "How much before and after each --at")
      ->capture_default_str();
  command->add_option("-o,--output", options->file,
                      "The archive (-: standard output; default: holdfast-DATE-TIME.tar.zst)");
  CLI::Option* list =
      command->add_flag("--list", options->is_only_list, "Show what would go in; write nothing");
  command->add_flag("--yes", options->is_agreed, "Write it without asking")->excludes(list);
  command->add_flag("--full", options->is_full,
                    "With names of host, people and folders, and all processes");
  add_output_options(*command, options->output);
  command->footer(
      "What goes in is shown first. Without --full, nothing in it tells whose machine it is.\n"
      "Example: holdfast diagnose take.hft\n"
      "         holdfast diagnose --at '2024-02-13 16:26:25' --yes -o glitch.tar.zst\n"
      "Exit codes: 0 written or shown, 2 usage or not agreed to, 3 cannot be done here");
  return {command, [options] { return run_diagnose(*options); }};
}

}  // namespace holdfast::cmd
